//! What is public asks for nothing more, and who may call is said by a policy.

use bff_core::prelude::*;

async fn home() -> &'static str {
    "home"
}

fn main() {
    let _ = Routes::new().get("/home", home, public().and_role("admin"));
    let _ = Routes::new().get("/home", home, "admin");
}

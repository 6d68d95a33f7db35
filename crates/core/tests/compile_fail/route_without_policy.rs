//! Who may call it?

use bff_core::prelude::*;

#[derive(Screen)]
struct Home {
    name: &'static str,
}

async fn home() -> Home {
    Home { name: "Alice" }
}

fn main() {
    let _ = Routes::new().get("/home", home);
}

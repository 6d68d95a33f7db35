//! Serialize is not enough: a reply is a screen.

use bff_core::prelude::*;

#[derive(serde::Serialize)]
struct Home {
    name: String,
}

async fn home() -> Home {
    Home { name: "Alice".to_owned() }
}

fn not_async() -> String {
    "Alice".to_owned()
}

fn main() {
    let _ = Routes::new().get("/home", home, signed_in()).get("/name", not_async, signed_in());
}

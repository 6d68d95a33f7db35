//! A service client is an argument once it derives `Service`; the body comes last.

use bff_core::prelude::*;

#[derive(Clone)]
struct Users;

#[derive(Screen)]
struct Home {
    name: &'static str,
}

async fn home(_users: Users) -> Home {
    Home { name: "Alice" }
}

async fn save(Json(_name): Json<String>, Path(_id): Path<String>) -> Home {
    Home { name: "Alice" }
}

fn main() {
    let _ = Routes::new().get("/home", home, signed_in()).post("/home/{id}", save, signed_in());
}

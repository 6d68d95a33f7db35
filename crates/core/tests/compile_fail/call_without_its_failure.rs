//! What does the screen do when the call fails? `.required()`, `.optional()` or `.or(default)` says it.

use bff_core::prelude::*;

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

impl Users {
    fn name(&self) -> Call<String> {
        self.0.get("/name").call("users.name")
    }
}

#[derive(Screen)]
struct Home {
    name: Required<String>,
}

async fn home(users: Users) -> Home {
    Home { name: users.name() }
}

fn main() {
    let _ = Routes::new().get("/home", home, signed_in());
}

//! A public route has no caller: not as an argument, and not as whom a service client calls.

use bff_core::prelude::*;

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

#[derive(Screen)]
struct Home {
    name: Required<String>,
}

async fn home(users: Users) -> Home {
    Home { name: users.0.get("/users").segment(users.0.caller().id()).call("users.get").required() }
}

async fn greeting(caller: Caller) -> String {
    format!("Hello {}", caller.id())
}

fn main() {
    let _ = Routes::new().get("/home", home, public()).get("/greeting", greeting, public());
}

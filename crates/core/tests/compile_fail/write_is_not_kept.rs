//! The answer of a write is not kept and is nobody else's; a read ends nothing.

use std::time::Duration;

use bff_core::{
    call::{Idempotent, Rpc, Unsafe},
    prelude::*,
};

const PLACE: Rpc<(), (), Unsafe> = Rpc::new("/orders.v1.Orders/Place");
const CANCEL: Rpc<(), (), Idempotent> = Rpc::new("/orders.v1.Orders/Cancel");

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

impl Users {
    fn add(&self) -> Call<String> {
        self.0.post("/users").fresh_for(Duration::from_secs(30)).call("users.add")
    }

    fn rename(&self) -> Call<String> {
        self.0.put("/users").public().call("users.rename")
    }

    fn get(&self) -> Call<String> {
        self.0.get("/users").invalidates("orders").call("users.get")
    }
}

#[derive(Service)]
#[service(name = "orders")]
struct Orders(Binding<Grpc>);

impl Orders {
    fn place(&self) -> Call<()> {
        self.0.rpc(PLACE, &()).public().call("orders.place")
    }

    fn cancel(&self) -> Call<()> {
        self.0.rpc(CANCEL, &()).stale_if_error(Duration::from_secs(30)).call("orders.cancel")
    }
}

fn main() {}

//! A service speaks HTTP or gRPC; its binding says which.

use bff_core::{call::{ReadOnly, Rpc}, prelude::*};

const GET: Rpc<(), (), ReadOnly> = Rpc::new("/users.v1.Users/Get");

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

impl Users {
    fn me(&self) -> Call<()> {
        self.0.rpc(GET, &()).call("users.get")
    }
}

#[derive(Service)]
#[service(name = "orders")]
struct Orders(Binding<Grpc>);

impl Orders {
    fn recent(&self) -> Call<String> {
        self.0.get("/orders").call("orders.recent")
    }
}

fn main() {}

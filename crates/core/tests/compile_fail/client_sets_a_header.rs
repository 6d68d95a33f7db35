//! What a service is sent besides the request is the core's: a client method sets no header and no metadata, so no identity.

use bff_core::{
    auth::USER_ID,
    call::{ReadOnly, Rpc},
    prelude::*,
};

const GET: Rpc<(), (), ReadOnly> = Rpc::new("/orders.v1.Orders/Get");

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

impl Users {
    fn get(&self) -> Call<String> {
        self.0.get("/users").header(USER_ID, "zoe").call("users.get")
    }
}

#[derive(Service)]
#[service(name = "orders")]
struct Orders(Binding<Grpc>);

impl Orders {
    fn get(&self) -> Call<()> {
        self.0.rpc(GET, &()).metadata(USER_ID, "zoe").call("orders.get")
    }
}

fn main() {}

//! Which service is it the client of?

use bff_core::prelude::*;

#[derive(Service)]
struct Users(Binding);

#[derive(Service)]
#[service(name = "Orders Service")]
struct Orders(Binding<Grpc>);

fn main() {}

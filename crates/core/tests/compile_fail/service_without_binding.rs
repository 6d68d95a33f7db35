//! A client without a binding would have no caller, no deadline and no trace.

use bff_core::prelude::*;

#[derive(Service)]
#[service(name = "users")]
struct Users {
    base_url: String,
}

#[derive(Service)]
#[service(name = "orders")]
struct Orders(String);

fn main() {}

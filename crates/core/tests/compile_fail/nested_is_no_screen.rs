//! `nested` is for screens; a value needs no attribute.

use bff_core::prelude::*;

#[derive(serde::Serialize)]
struct Address {
    city: String,
}

#[derive(Screen)]
struct Home {
    #[screen(nested)]
    address: Address,
}

fn main() {}

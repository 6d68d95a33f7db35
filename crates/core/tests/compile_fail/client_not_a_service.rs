//! What a BFF lists as its services are clients that derive `Service`.

use bff_core::prelude::*;

struct Users;

fn main() {
    let _ = Bff::new("bff-test", "config.toml", "").services::<(Users,)>();
}

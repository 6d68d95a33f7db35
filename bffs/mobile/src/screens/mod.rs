//! The mobile app's screens, a file each.

mod home;
mod order;

use bff_core::prelude::*;

/// Which screen answers where, and who may ask.
pub fn routes() -> Routes {
    Routes::new()
        .get("/mobile/home", home::home, signed_in())
        .get("/mobile/orders/{id}", order::order, scope("orders:read"))
        .example("/mobile/orders/ord-1007")
}

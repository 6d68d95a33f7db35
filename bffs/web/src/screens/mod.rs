//! The web app's screens, a file each.

mod order_detail;
mod overview;
mod place_order;

use bff_core::prelude::*;

/// Which screen answers where, and who may ask.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/dashboard/overview", overview::overview, signed_in())
        .get("/api/orders/{id}", order_detail::order_detail, scope("orders:read"))
        .example("/api/orders/ord-1006")
        .post("/api/orders", place_order::place_order, scope("orders:write"))
        .example_body("/api/orders", r#"{"items":[{"sku":"BK-978022","quantity":1}]}"#)
        .critical()
}

//! Version 1 of the partners' contract.

mod order;
mod orders;
mod summary;
mod usage;

use bff_core::prelude::*;

/// Which screen answers where, and who may ask: a partner sees its own account and nothing else.
pub fn routes() -> Routes {
    Routes::new()
        .get("/partner/v1/orders", orders::orders, scope("orders:read").with_account())
        .get("/partner/v1/orders/{id}", order::order, scope("orders:read").with_account())
        .example("/partner/v1/orders/ord-1006")
        .get("/partner/v1/summary", summary::summary, scope("reports:read").with_account())
        .sheddable()
        .get("/partner/v1/usage", usage::usage, signed_in().with_account())
}

//! POST /api/orders: places an order and answers with it.

use bff_core::prelude::*;
use bff_services::{NewItem, Order, Orders};
use serde::Deserialize;

/// What the web app sends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrder {
    items: Vec<NewItem>,
    /// Made by the app for each press of the button, so that a second press is the same order.
    idempotency_key: Option<String>,
}

/// The order, as it was placed.
#[derive(Screen)]
pub struct Placed {
    order: Required<Order>,
}

pub async fn place_order(orders: Orders, Json(new): Json<NewOrder>) -> Result<Placed, Problem> {
    if new.items.is_empty() {
        return Err(Problem::new(Code::InvalidBody).with_detail("items: at least one"));
    }
    Ok(Placed { order: orders.place(new.items, new.idempotency_key).required() })
}

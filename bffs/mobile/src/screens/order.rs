//! GET /mobile/orders/{id}: one order, trimmed to what the phone draws.

use bff_core::prelude::*;
use bff_services::{Order, OrderStatus, Orders, Users};
use serde::Serialize;

use super::home::price;

/// An order on one screen, and who sells it.
#[derive(Screen)]
pub struct OrderScreen {
    order: Required<OrderView>,
    seller: Optional<Option<String>>,
}

/// What the phone draws of an order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    id: String,
    status: OrderStatus,
    total: String,
    items: Vec<String>,
}

pub async fn order(Path(id): Path<String>, orders: Orders, users: Users) -> OrderScreen {
    let order = orders.get(id).shared();
    OrderScreen {
        seller: order
            .then(move |order| users.public_profile(order.seller))
            .map(|seller| seller.map(|seller| seller.display_name))
            .optional(),
        order: order.map(OrderView::from).required(),
    }
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        let items =
            order.lines.into_iter().map(|line| format!("{} × {}", line.quantity, line.name)).collect();
        let total = price(order.total_cents, &order.currency);
        Self { id: order.id, status: order.status, total, items }
    }
}

//! GET /api/orders/{id}: one order, what was billed for it, and who is at its other end.

use bff_core::prelude::*;
use bff_services::{Invoice, Invoices, Order, Orders, PublicProfile, Users};

/// The buyer sees the seller, the seller sees the buyer.
#[derive(Screen)]
pub struct OrderDetail {
    order: Required<Order>,
    invoice: Optional<Option<Invoice>>,
    other_party: Optional<Option<PublicProfile>>,
}

pub async fn order_detail(
    Path(id): Path<String>,
    caller: Caller,
    orders: Orders,
    invoices: Invoices,
    users: Users,
) -> OrderDetail {
    let order = orders.get(id).shared();
    OrderDetail {
        invoice: order.then(move |order| invoices.of_order(order.id)).optional(),
        other_party: order.then(move |order| users.public_profile(other_party(order, &caller))).optional(),
        order: order.required(),
    }
}

fn other_party(order: Order, caller: &Caller) -> Option<String> {
    if order.customer == caller.id() { order.seller } else { Some(order.customer) }
}

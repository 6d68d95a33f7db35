//! GET /partner/v1/orders/{id}: one order of the caller's account, with its invoice.

use bff_core::prelude::*;
use bff_services::{Invoice, Invoices, Order, OrderStatus, Orders};
use serde::Serialize;

/// An order and what was billed for it; `invoice` is null while there is none.
#[derive(Screen)]
#[screen(rename_all = "snake_case")]
pub struct OrderDetail {
    order: Required<OrderV1>,
    invoice: Optional<Option<InvoiceV1>>,
}

pub async fn order(Path(id): Path<String>, orders: Orders, invoices: Invoices) -> OrderDetail {
    let order = orders.get_of_account(id).shared();
    OrderDetail {
        invoice: order
            .then(move |order| invoices.of_order(order.id))
            .map(|invoice| invoice.map(InvoiceV1::from))
            .optional(),
        order: order.map(OrderV1::from).required(),
    }
}

/// An order as version 1 spells it, independent of how the service does.
#[derive(Serialize)]
pub struct OrderV1 {
    id: String,
    customer_id: String,
    status: OrderStatus,
    placed_at: String,
    total_cents: i64,
    currency: String,
    lines: Vec<LineV1>,
}

#[derive(Serialize)]
struct LineV1 {
    sku: String,
    name: String,
    quantity: u32,
    unit_cents: i64,
}

/// An invoice as version 1 spells it.
#[derive(Serialize)]
pub struct InvoiceV1 {
    number: String,
    issued_on: String,
    due_on: String,
    total_cents: i64,
    currency: String,
    paid: bool,
}

impl From<Order> for OrderV1 {
    fn from(order: Order) -> Self {
        let lines = order.lines.into_iter().map(|line| LineV1 {
            sku: line.sku,
            name: line.name,
            quantity: line.quantity,
            unit_cents: line.unit_cents,
        });
        Self {
            id: order.id,
            customer_id: order.customer,
            status: order.status,
            placed_at: order.placed_at,
            total_cents: order.total_cents,
            currency: order.currency,
            lines: lines.collect(),
        }
    }
}

impl From<Invoice> for InvoiceV1 {
    fn from(invoice: Invoice) -> Self {
        let Invoice { number, order_id: _, issued_on, due_on, total_cents, currency, paid } = invoice;
        Self { number, issued_on, due_on, total_cents, currency, paid }
    }
}

//! The invoices service (gRPC): what was billed.

use bff_core::prelude::*;
use serde::Serialize;

use crate::rpc::invoices_v1::{self as wire, ListRequest, OfOrderRequest, OfOrdersRequest};

/// The invoices service.
#[derive(Service)]
#[service(
    name = "invoices",
    operations(of_order: wire::Invoice, of_orders: wire::OfOrdersReply, list: wire::ListReply)
)]
pub struct Invoices(Binding<Grpc>);

impl Invoices {
    /// The invoice of an order, once it has one. `invoices.of_order`
    pub fn of_order(&self, order_id: impl Into<String>) -> Call<Option<Invoice>> {
        let request = OfOrderRequest { order_id: order_id.into() };
        self.0.rpc(wire::OF_ORDER, &request).call("invoices.of_order").try_map(known).if_found()
    }

    /// The same of several orders: those that are asked for together go out together. `invoices.of_orders`
    pub fn invoice_of(&self, order_id: impl Into<String>) -> Call<Invoice> {
        self.0.batched("invoices.of_orders", order_id.into(), |invoices, order_ids| {
            let request = OfOrdersRequest { order_ids };
            let reply = invoices.rpc(wire::OF_ORDERS, &request).call("invoices.of_orders");
            reply.map(|reply| reply.results.into_iter().map(result).collect())
        })
    }

    /// All invoices of the caller's own account, newest first. `invoices.list`
    pub fn list(&self) -> Call<Vec<Invoice>> {
        let Some(account) = self.0.caller().account() else {
            return Call::ready(Err(CallError::new(Reason::Forbidden, "the caller has no partner account")));
        };
        let request = ListRequest { account: account.to_owned() };
        let reply = self.0.rpc(wire::LIST, &request).call("invoices.list");
        reply.map(|reply| reply.invoices.into_iter().map(Invoice::from).collect())
    }
}

/// One invoice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// Such as `INV-2026-01001`.
    pub number: String,
    /// The order that it bills.
    pub order_id: String,
    /// A date, such as `2026-03-14`.
    pub issued_on: String,
    /// A date.
    pub due_on: String,
    /// In the hundredth part of the currency's unit.
    pub total_cents: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether it has been paid in full.
    pub paid: bool,
}

/// An empty message is a valid one in proto3, and no invoice.
fn known(invoice: wire::Invoice) -> Result<Invoice, CallError> {
    let nameless = || CallError::new(Reason::InvalidReply, "an invoice without a number");
    if invoice.number.is_empty() { Err(nameless()) } else { Ok(invoice.into()) }
}

/// An order, and its invoice or why there is none.
fn result(result: wire::OrderResult) -> (String, Result<Invoice, CallError>) {
    use wire::order_result::Result::{Invoice, NotFound};
    let invoice = match result.result {
        Some(Invoice(invoice)) => known(invoice),
        Some(NotFound(_)) => Err(CallError::new(Reason::NotFound, "the order has no invoice")),
        None => Err(CallError::new(Reason::InvalidReply, "an order without a result")),
    };
    (result.order_id, invoice)
}

impl From<wire::Invoice> for Invoice {
    fn from(invoice: wire::Invoice) -> Self {
        let wire::Invoice { number, order_id, issued_on, due_on, total_cents, currency, paid } = invoice;
        Self { number, order_id, issued_on, due_on, total_cents, currency, paid }
    }
}

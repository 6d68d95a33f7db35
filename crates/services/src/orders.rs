//! The orders service (gRPC): what people bought, and from whom.

use std::sync::Arc;

use bff_core::prelude::*;
use serde::{Deserialize, Serialize};

use crate::rpc::orders_v1::{
    self as wire, GetRequest, ListByAccountRequest, ListRecentRequest, PlaceRequest,
};

/// The orders service.
#[derive(Service)]
#[service(
    name = "orders",
    operations(recent: wire::ListRecentReply, get: wire::Order, by_account: wire::ListByAccountReply, place)
)]
pub struct Orders(Binding<Grpc>);

impl Orders {
    /// The caller's latest orders, newest first. `orders.recent`
    pub fn recent(&self, limit: u32) -> Call<Vec<Order>> {
        let request = ListRecentRequest { user: self.0.caller().id().to_owned(), limit };
        self.0.rpc(wire::LIST_RECENT, &request).call("orders.recent").map(|reply| orders(reply.orders))
    }

    /// One order that the caller bought or sells; anybody else's does not exist for it. `orders.get`
    pub fn get(&self, id: impl Into<String>) -> Call<Order> {
        let caller = Arc::clone(self.0.caller());
        self.get_if(id, move |order| {
            order.customer == caller.id() || order.seller.as_deref() == Some(caller.id())
        })
    }

    /// One order of the caller's own account; any other's does not exist for it. `orders.get`
    pub fn get_of_account(&self, id: impl Into<String>) -> Call<Order> {
        let caller = Arc::clone(self.0.caller());
        self.get_if(id, move |order| caller.account().is_some_and(|account| account == order.account))
    }

    fn get_if(
        &self,
        id: impl Into<String>,
        own: impl FnOnce(&Order) -> bool + Send + 'static,
    ) -> Call<Order> {
        let call = self.0.rpc(wire::GET, &GetRequest { id: id.into() }).call("orders.get");
        call.try_map(known).try_map(move |order| {
            let foreign = || CallError::new(Reason::NotFound, "the order is somebody else's");
            if own(&order) { Ok(order) } else { Err(foreign()) }
        })
    }

    /// A page of the orders of the caller's own account, newest first. `orders.by_account`
    pub fn by_account(&self, page_size: u32, cursor: Option<String>) -> Call<OrderPage> {
        let Some(account) = self.0.caller().account() else {
            return Call::ready(Err(CallError::new(Reason::Forbidden, "the caller has no partner account")));
        };
        let page_token = cursor.unwrap_or_default();
        let request = ListByAccountRequest { account: account.to_owned(), page_size, page_token };
        self.0.rpc(wire::LIST_BY_ACCOUNT, &request).call("orders.by_account").map(|reply| OrderPage {
            orders: orders(reply.orders),
            next_cursor: Some(reply.next_page_token).filter(|token| !token.is_empty()),
        })
    }

    /// Places an order for the caller, who is notified of it. Sent once only: two calls may be two orders. `orders.place`
    pub fn place(&self, items: Vec<NewItem>, idempotency_key: Option<String>) -> Call<Order> {
        let item = |item: NewItem| wire::Item { sku: item.sku, quantity: item.quantity };
        let request = PlaceRequest {
            user: self.0.caller().id().to_owned(),
            items: items.into_iter().map(item).collect(),
            idempotency_key: idempotency_key.unwrap_or_default(),
        };
        let call = self.0.rpc(wire::PLACE, &request).invalidates("notifications");
        call.call("orders.place").try_map(known)
    }
}

/// One order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Such as `ord-1001`.
    pub id: String,
    /// User id of who bought.
    pub customer: String,
    /// User id of who sells; an order may have lost its seller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// Partner account that it belongs to.
    #[serde(skip)]
    pub account: String,
    /// How far it has come.
    pub status: OrderStatus,
    /// RFC 3339, in UTC.
    pub placed_at: String,
    /// In the hundredth part of the currency's unit.
    pub total_cents: i64,
    /// ISO 4217.
    pub currency: String,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// Which product.
    pub sku: String,
    /// Its name when it was bought.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// Price of one, in the hundredth part of the order's currency.
    pub unit_cents: i64,
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    /// A status that this contract doesn't know.
    Unknown,
    /// Waits for its payment.
    Pending,
    /// Paid and not yet on its way.
    Paid,
    /// On its way.
    Shipped,
    /// Has arrived.
    Delivered,
    /// Will not be sent.
    Cancelled,
}

/// One page of orders.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderPage {
    /// Newest first.
    pub orders: Vec<Order>,
    /// What to ask the next page with; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// One thing to order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NewItem {
    /// Which product.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// An empty message is a valid one in proto3, and no order.
fn known(order: wire::Order) -> Result<Order, CallError> {
    let nameless = || CallError::new(Reason::InvalidReply, "an order without an id");
    if order.id.is_empty() { Err(nameless()) } else { Ok(order.into()) }
}

fn orders(orders: Vec<wire::Order>) -> Vec<Order> {
    orders.into_iter().map(Order::from).collect()
}

impl From<wire::Order> for Order {
    fn from(order: wire::Order) -> Self {
        use wire::order::Status;
        let status = match order.status() {
            Status::Unspecified => OrderStatus::Unknown,
            Status::Pending => OrderStatus::Pending,
            Status::Paid => OrderStatus::Paid,
            Status::Shipped => OrderStatus::Shipped,
            Status::Delivered => OrderStatus::Delivered,
            Status::Cancelled => OrderStatus::Cancelled,
        };
        let wire::Order { id, customer, seller, account, placed_at, total_cents, currency, lines, .. } =
            order;
        let lines = lines.into_iter().map(OrderLine::from).collect();
        let seller = Some(seller).filter(|seller| !seller.is_empty());
        Self { id, customer, seller, account, status, placed_at, total_cents, currency, lines }
    }
}

impl From<wire::order::Line> for OrderLine {
    fn from(line: wire::order::Line) -> Self {
        let wire::order::Line { sku, name, quantity, unit_cents } = line;
        Self { sku, name, quantity, unit_cents }
    }
}

//! GET /mobile/home: small, flat, exactly what the home screen draws; under 1 KB.

use bff_core::prelude::*;
use bff_services::{Notifications, Order, Orders, Users};
use serde::Serialize;

/// A name, three orders, a badge.
#[derive(Screen)]
pub struct Home {
    name: Required<String>,
    recent_orders: Optional<Vec<OrderLine>>,
    badge: Fallback<u32>,
}

/// One line of the list: `{"id": "ord-1007", "total": "119.22 GBP"}`.
#[derive(Serialize)]
pub struct OrderLine {
    id: String,
    total: String,
}

pub async fn home(users: Users, orders: Orders, notifications: Notifications) -> Home {
    Home {
        name: users.me().map(|profile| short(profile.display_name)).required(),
        recent_orders: orders.recent(3).map(order_lines).optional(),
        badge: notifications.unread_count().or(0),
    }
}

fn order_lines(orders: Vec<Order>) -> Vec<OrderLine> {
    orders
        .into_iter()
        .map(|order| OrderLine { total: price(order.total_cents, &order.currency), id: order.id })
        .collect()
}

/// As the list draws it: `119.22 GBP`.
pub(super) fn price(cents: i64, currency: &str) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02} {currency}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// The header has room for forty letters.
fn short(name: String) -> String {
    if name.chars().count() <= 40 { name } else { name.chars().take(39).chain(['…']).collect() }
}

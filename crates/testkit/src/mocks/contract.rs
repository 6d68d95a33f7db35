//! Orders and invoices as fixtures write them: protobuf's JSON form, in camelCase and with numbers as numbers.
//!
//! Absent fields are the message's defaults, as on the wire. Unknown ones are an error: a fixture with a typing
//! mistake would otherwise test nothing.

use bff_services::rpc::{
    invoices_v1::Invoice,
    orders_v1::{
        Order,
        order::{Line, Status},
    },
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

pub(super) fn orders(value: &Value) -> serde_json::Result<Vec<Order>> {
    Ok(Vec::<OrderJson>::deserialize(value)?.into_iter().map(Order::from).collect())
}

pub(super) fn invoices(value: &Value) -> serde_json::Result<Vec<Invoice>> {
    Ok(Vec::<InvoiceJson>::deserialize(value)?.into_iter().map(Invoice::from).collect())
}

pub(super) fn invoice(value: &Value) -> serde_json::Result<Invoice> {
    InvoiceJson::deserialize(value).map(Invoice::from)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OrderJson {
    id: String,
    customer: String,
    #[serde(default)]
    seller: String,
    account: String,
    #[serde(default, deserialize_with = "status")]
    status: i32,
    placed_at: String,
    total_cents: i64,
    currency: String,
    #[serde(default)]
    lines: Vec<LineJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineJson {
    sku: String,
    name: String,
    quantity: u32,
    unit_cents: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct InvoiceJson {
    number: String,
    order_id: String,
    issued_on: String,
    due_on: String,
    total_cents: i64,
    currency: String,
    paid: bool,
}

fn status<'de, D: Deserializer<'de>>(json: D) -> Result<i32, D::Error> {
    let name = String::deserialize(json)?;
    let status = Status::from_str_name(&name);
    status.map(i32::from).ok_or_else(|| D::Error::custom(format!("`{name}` is no status of an order")))
}

impl From<OrderJson> for Order {
    fn from(json: OrderJson) -> Self {
        let OrderJson { id, customer, seller, account, status, placed_at, total_cents, currency, lines } =
            json;
        let lines = lines.into_iter().map(Line::from).collect();
        Self { id, customer, seller, account, status, placed_at, total_cents, currency, lines }
    }
}

impl From<LineJson> for Line {
    fn from(LineJson { sku, name, quantity, unit_cents }: LineJson) -> Self {
        Self { sku, name, quantity, unit_cents }
    }
}

impl From<InvoiceJson> for Invoice {
    fn from(json: InvoiceJson) -> Self {
        let InvoiceJson { number, order_id, issued_on, due_on, total_cents, currency, paid } = json;
        Self { number, order_id, issued_on, due_on, total_cents, currency, paid }
    }
}

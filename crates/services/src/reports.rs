//! The reports service (HTTP): figures of a partner account.

use bff_core::prelude::*;
use serde::{Deserialize, Serialize};

/// The reports service.
#[derive(Service)]
#[service(name = "reports", operations(summary: Summary))]
pub struct Reports(Binding);

impl Reports {
    /// The figures of the caller's own account. `reports.summary`
    pub fn summary(&self) -> Call<Summary> {
        match self.0.caller().account() {
            Some(account) => self.0.get("/reports/summary").query("account", account).call("reports.summary"),
            None => Call::ready(Err(CallError::new(Reason::Forbidden, "the caller has no partner account"))),
        }
    }
}

/// The figures of a partner account over a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct Summary {
    /// The partner account.
    pub account: String,
    /// First and last day.
    pub period: Period,
    /// Orders in the period.
    pub order_count: u32,
    /// In the hundredth part of the currency's unit.
    pub revenue_cents: i64,
    /// ISO 4217.
    pub currency: String,
    /// What sold best, best first.
    pub top_products: Vec<Product>,
}

/// First and last day, both in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// How often a product was sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Which product.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// How many were sold.
    pub units: u32,
}

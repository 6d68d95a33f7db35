//! GET /partner/v1/orders?limit=&cursor=: the orders of the caller's account, a page at a time.

use bff_core::prelude::*;
use bff_services::Orders;
use serde::{Deserialize, Serialize};

use super::order::OrderV1;

const MAX_LIMIT: u32 = 100;

/// One page. `next_cursor` is null on the last one.
#[derive(Screen)]
#[screen(rename_all = "snake_case")]
pub struct OrdersPage {
    page: Required<Page>,
}

/// Newest first.
#[derive(Serialize)]
pub struct Page {
    orders: Vec<OrderV1>,
    next_cursor: Option<String>,
}

/// What may be asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// 1 to 100, 20 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before. Opaque.
    cursor: Option<String>,
}

pub async fn orders(Query(paging): Query<Paging>, orders: Orders) -> Result<OrdersPage, Problem> {
    let limit = paging.limit.unwrap_or(20);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let detail = format!("query parameter limit: expected a number from 1 to {MAX_LIMIT}");
        return Err(Problem::new(Code::InvalidParameter).with_detail(detail));
    }
    let page = orders.by_account(limit, paging.cursor).map(|page| Page {
        orders: page.orders.into_iter().map(OrderV1::from).collect(),
        next_cursor: page.next_cursor,
    });
    Ok(OrdersPage { page: page.required() })
}

//! GET /partner/v1/orders?limit=&cursor=: the orders of the caller's account, a page at a time.

use bff_core::prelude::*;
use bff_services::Orders;
use serde::Deserialize;

use super::order::OrderV1;

const MAX_LIMIT: u32 = 100;

/// One page, newest first. `next_cursor` is null on the last one.
#[derive(Screen)]
#[screen(rename_all = "snake_case")]
pub struct OrdersPage {
    orders: Required<Vec<OrderV1>>,
    next_cursor: Required<Option<String>>,
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
    let page = orders.by_account(limit, paging.cursor).shared();
    Ok(OrdersPage {
        orders: page.map(|page| page.orders.into_iter().map(OrderV1::from).collect()).required(),
        next_cursor: page.map(|page| page.next_cursor).required(),
    })
}

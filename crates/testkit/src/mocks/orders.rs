//! The orders service: what `fixtures/orders/` says, and what was placed since it started.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bff_services::rpc::orders_v1::{
    GetRequest, Item, ListByAccountReply, ListByAccountRequest, ListRecentReply, ListRecentRequest, Order,
    PlaceRequest,
    order::{Line, Status as Progress},
    orders_server::Orders,
};
use tonic::{Request, Response, Status, async_trait};

use super::Fixtures;

/// Older placed orders are forgotten: the demo runs for days.
const KEPT: usize = 1_000;

pub(super) struct OrdersMock {
    fixtures: Arc<Fixtures>,
    placed: Mutex<Placed>,
}

#[derive(Default)]
struct Placed {
    count: usize,
    /// Oldest first, each with its idempotency key.
    orders: Vec<(String, Order)>,
}

impl OrdersMock {
    pub(super) fn new(fixtures: Arc<Fixtures>) -> Self {
        Self { fixtures, placed: Mutex::default() }
    }

    fn placed(&self) -> MutexGuard<'_, Placed> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line for an item, and an order from which its seller, account and currency are taken.
    fn offer(&self, item: &Item) -> Result<(Line, &Order), Status> {
        let mut offers =
            self.fixtures.orders().flat_map(|order| order.lines.iter().map(move |line| (line, order)));
        let (line, order) = offers
            .find(|(line, _)| line.sku == item.sku)
            .ok_or_else(|| Status::invalid_argument(format!("nobody sells `{}`", item.sku)))?;
        Ok((Line { quantity: item.quantity, ..line.clone() }, order))
    }
}

#[async_trait]
impl Orders for OrdersMock {
    async fn list_recent(
        &self,
        request: Request<ListRecentRequest>,
    ) -> Result<Response<ListRecentReply>, Status> {
        let ListRecentRequest { user, limit } = request.into_inner();
        let known = self.fixtures.orders_of_user(&user);
        let known = known.ok_or_else(|| Status::not_found(format!("no user `{user}`")))?;
        let placed = self.placed();
        let placed =
            placed.orders.iter().rev().map(|(_, order)| order).filter(|order| order.customer == user);
        let orders = placed.chain(known).take(page_size(limit)).cloned().collect();
        Ok(Response::new(ListRecentReply { orders }))
    }

    async fn get(&self, request: Request<GetRequest>) -> Result<Response<Order>, Status> {
        let GetRequest { id } = request.into_inner();
        let placed = self.placed();
        let placed = placed.orders.iter().map(|(_, order)| order).find(|order| order.id == id);
        let order = placed.or_else(|| self.fixtures.order(&id)).cloned();
        order.map(Response::new).ok_or_else(|| Status::not_found(format!("no order `{id}`")))
    }

    async fn list_by_account(
        &self,
        request: Request<ListByAccountRequest>,
    ) -> Result<Response<ListByAccountReply>, Status> {
        let ListByAccountRequest { account, page_size: size, page_token } = request.into_inner();
        let orders = self.fixtures.orders_of_account(&account);
        let orders = orders.ok_or_else(|| Status::not_found(format!("no account `{account}`")))?;
        let start = match page_token.strip_prefix("after:") {
            None if page_token.is_empty() => 0,
            last => {
                let place = last.and_then(|last| orders.iter().position(|order| order.id == last));
                place.ok_or_else(|| Status::invalid_argument("page_token is not one of ours"))? + 1
            }
        };
        let rest = &orders[start..];
        let page = &rest[..rest.len().min(page_size(size))];
        let more = page.len() < rest.len();
        let next = page.last().filter(|_| more).map(|last| format!("after:{}", last.id));
        Ok(Response::new(ListByAccountReply {
            orders: page.to_vec(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn place(&self, request: Request<PlaceRequest>) -> Result<Response<Order>, Status> {
        let PlaceRequest { user, items, idempotency_key } = request.into_inner();
        if self.fixtures.orders_of_user(&user).is_none() {
            return Err(Status::not_found(format!("no user `{user}`")));
        }
        let mut placed = self.placed();
        let same = |(key, order): &&(String, Order)| *key == idempotency_key && order.customer == user;
        if let Some((_, order)) = placed.orders.iter().find(same).filter(|_| !idempotency_key.is_empty()) {
            return Ok(Response::new(order.clone()));
        }
        let offers = items.iter().map(|item| self.offer(item)).collect::<Result<Vec<_>, _>>()?;
        let Some(&(_, like)) = offers.first() else {
            return Err(Status::invalid_argument("an order needs an item"));
        };
        let lines: Vec<_> = offers.iter().map(|(line, _)| line.clone()).collect();
        placed.count += 1;
        let order = Order {
            id: format!("ord-{}", 9000 + placed.count),
            customer: user,
            status: Progress::Pending.into(),
            placed_at: "2026-04-03T09:00:00Z".to_owned(), // fixed, so that snapshots are
            total_cents: lines.iter().map(|line| line.unit_cents * i64::from(line.quantity)).sum(),
            lines,
            ..like.clone()
        };
        if placed.orders.len() == KEPT {
            placed.orders.remove(0);
        }
        placed.orders.push((idempotency_key, order.clone()));
        Ok(Response::new(order))
    }
}

/// The contract's words: 0 means 20, and more than 100 means 100.
fn page_size(asked: u32) -> usize {
    match asked {
        0 => 20,
        1..=100 => asked as usize,
        _ => 100,
    }
}

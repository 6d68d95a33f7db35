//! Answers of services that are kept, through the front door: when the service is asked, what the screen says of it, and whose
//! the answer is.

mod coalescing;
mod freshness;
mod identity;
mod invalidation;
mod negative;
mod outage;
mod revalidation;
mod shared;
mod stale;

use std::time::Duration;

use bff_core::{call::ReadOnly, prelude::*};
use bff_services::rpc::orders_v1 as wire;
use bff_testkit::{Reply, TestBff, TestBffBuilder};
use serde::{Deserialize, Serialize};

use super::OVERVIEW;

/// The calls of the overview.
const CALLS: [&str; 3] = ["users.get", "orders.recent", "notifications.unread"];

/// Each time is as long as it seems, and every failure reaches the service.
fn exact(bff: Bff) -> TestBffBuilder {
    TestBff::with(bff).without_breakers().set("cache.jitter_percent", 0)
}

/// The web BFF, whose services say this of keeping.
async fn web_where_all_say(cache_control: &str) -> TestBff {
    let bff = exact(bff_web::bff()).start().await;
    for operation in CALLS {
        bff.services.says(operation, cache_control);
    }
    bff
}

/// How often each service of the overview was asked.
fn asked(bff: &TestBff) -> [usize; 3] {
    CALLS.map(|operation| bff.services.count(operation))
}

async fn overview(bff: &TestBff, user: &str) -> Reply {
    bff.as_user(user).get(OVERVIEW).await
}

fn reasons(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(section, reason)| ((*section).to_owned(), (*reason).to_owned())).collect()
}

/// A BFF whose clients say of keeping what a test asks for.
fn tiny() -> Bff {
    let routes = Routes::new()
        .get("/people/{how}/{id}", person, signed_in())
        .get("/orders/{how}/{id}", order, signed_in())
        .post("/orders/{how}", place, signed_in());
    Bff::new("bff-tiny", "tiny.toml", "").services::<(People, Shop)>().routes(routes)
}

#[derive(Service)]
#[service(name = "users", operations(get: Person))]
struct People(Binding);

#[derive(Service)]
#[service(name = "orders", operations(get: wire::Order, place))]
struct Shop(Binding<Grpc>);

/// As much of a user as is asked for here.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Person {
    id: String,
}

#[derive(Screen)]
struct One {
    one: Optional<Person>,
}

const MINUTE: Duration = Duration::from_mins(1);

/// What the client method says of keeping.
fn keeping<C: Cacheable<Safety = ReadOnly>>(call: C, how: &str) -> C {
    match how {
        "plain" => call,
        "public" => call.public(),
        "declared" => call.fresh_for(MINUTE),
        "public-declared" => call.public().fresh_for(MINUTE),
        other => panic!("nobody asks {other}"),
    }
}

/// GET /people/{how}/{id}
async fn person(Path((how, id)): Path<(String, String)>, people: People) -> One {
    let call = keeping(people.0.get("/users").segment(id), &how);
    One { one: call.call("users.get").optional() }
}

/// GET /orders/{how}/{id}
async fn order(Path((how, id)): Path<(String, String)>, shop: Shop) -> One {
    let call = keeping(shop.0.rpc(wire::GET, &wire::GetRequest { id }), &how);
    One { one: call.call("orders.get").map(|order| Person { id: order.id }).optional() }
}

/// POST /orders/{how}
async fn place(Path(how): Path<String>, shop: Shop) -> One {
    let items = vec![wire::Item { sku: "BK-978022".to_owned(), quantity: 1 }];
    let user = shop.0.caller().id().to_owned();
    let call = shop.0.rpc(wire::PLACE, &wire::PlaceRequest { user, items, idempotency_key: String::new() });
    let call = match how.as_str() {
        "own" => call,
        "caller" => call.invalidates("users"),
        "all" => call.invalidates_for_all("users"),
        other => panic!("nobody writes {other}"),
    };
    One { one: call.call("orders.place").map(|order| Person { id: order.id }).optional() }
}

//! What a screen asks for many times over is one call: of one request, with each key's answer its own.

mod bff;
mod plan;

use std::{collections::BTreeSet, time::Duration};

use bff_services::rpc::invoices_v1::OfOrdersRequest;
use bff_testkit::{Mode, Reply, TestBff};
use serde_json::{Value, json};

use self::bff::bff;

const OPERATION: &str = "users.public_profiles";

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(section, text)| ((*section).to_owned(), (*text).to_owned())).collect()
}

/// So many ids, of which the service knows every tenth.
fn ids(count: usize) -> Vec<String> {
    let known = ["alice", "bob", "chen", "zoe", "dmitri"];
    (0..count).map(|n| if n % 10 == 0 { known[n / 10 % 5].to_owned() } else { format!("u-{n}") }).collect()
}

/// The ids that a list shows, `null` for those that nobody knows.
fn shown(reply: &Reply) -> Vec<Value> {
    assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]));
    let json = reply.json();
    json["people"].as_array().expect("a list").iter().map(|person| person["id"].clone()).collect()
}

/// The ids of each call that the service got, in the order of the ids.
fn asked(bff: &TestBff) -> Vec<Vec<String>> {
    let ids = |target: &str| target.replace("%2C", ",").replace("/public-profiles?ids=", "");
    let calls = bff.services.seen(OPERATION).into_iter().map(|seen| ids(&seen.target));
    let mut calls: Vec<_> = calls.map(|ids| ids.split(',').map(str::to_owned).collect()).collect();
    calls.sort();
    calls
}

async fn ask(bff: &TestBff, ids: &[String], at_once: usize) -> Reply {
    let reply = bff.as_user("alice").get(&format!("/people?ids={}&at_once={at_once}", ids.join(","))).await;
    let known = |id: &String| if id.starts_with("u-") { json!(null) } else { json!(id) };
    assert_eq!(shown(&reply), ids.iter().map(known).collect::<Vec<_>>(), "each at its place");
    reply
}

#[tokio::test]
async fn fifty_of_a_list_are_one_call_and_fifty_where_it_is_switched_off() {
    let key = "services.users.operations.public_profiles.batch";
    for (batch, at_once, calls) in [(true, 50, 1), (true, 8, 7), (false, 50, 50)] {
        let bff = TestBff::with(bff()).set(key, batch).start().await;
        let reply = ask(&bff, &ids(50), at_once).await;
        assert_eq!(bff.services.count(OPERATION), calls, "batch = {batch}, {at_once} at once");
        let text = String::from_utf8_lossy(&reply.body);
        assert!(!text.contains("internalFlags"), "a reply in a batch is an allow-list too: {text}");
    }
}

#[tokio::test]
async fn fifty_over_grpc_are_one_call_too() {
    let key = "services.invoices.operations.of_orders.batch";
    let mut bodies = Vec::new();
    for (batch, calls) in [(true, 1), (false, 50)] {
        let bff = TestBff::with(bff()).set(key, batch).start().await;
        let reply = bff.as_user("chen").get("/invoices?orders=50&at_once=50").await;
        assert_eq!(bff.services.count("invoices.of_orders"), calls, "batch = {batch}");
        let asked = bff.services.seen("invoices").into_iter().flat_map(|seen| {
            let message: OfOrdersRequest = seen.message();
            assert!(message.order_ids.is_sorted());
            message.order_ids
        });
        assert_eq!(asked.collect::<BTreeSet<_>>().len(), 50);
        bodies.push(reply.json());
    }
    let bff = TestBff::start(bff()).await;
    bodies.push(bff.as_user("chen").get("/invoices-one-by-one?orders=50&at_once=50").await.json());
    assert_eq!(bff.services.count("invoices.of_order"), 50, "an operation for one, as it was before");
    let billed =
        bodies[0]["invoices"].as_array().expect("a list").iter().filter(|invoice| !invoice.is_null());
    assert_eq!(billed.count(), 37);
    assert!(bodies.iter().all(|body| body == &bodies[0]), "the screen can't tell");
}

#[tokio::test]
async fn two_hundred_and_fifty_are_three_calls_at_once_and_each_key_is_sent_once() {
    let bff = TestBff::start(bff()).await;
    bff.services.set("users", Mode::Slow(Duration::from_millis(100)));
    let unknown: Vec<_> = (0..250).map(|n| format!("u-{n}")).collect();
    ask(&bff, &[unknown.clone(), unknown].concat(), 500).await;
    let asked = asked(&bff);
    let mut sizes: Vec<_> = asked.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    assert_eq!(asked.concat().iter().collect::<BTreeSet<_>>().len(), 250);
    assert!(asked.iter().all(|ids| ids.is_sorted()));
    assert!(bff_testkit::mocks::overlap(&bff.services.seen(OPERATION)), "none waits for another");
}

#[tokio::test]
async fn sections_of_a_request_share_a_call_and_each_has_its_own_error() {
    let bff = TestBff::start(bff()).await;
    let reply = bff.as_user("alice").get("/sections").await;
    let own = [("unknown", "not_found"), ("unbilled", "not_found")];
    assert_eq!((reply.status.as_u16(), reply.degraded()), (200, pairs(&own)));
    let json = reply.json();
    assert_eq!((&json["known"]["id"], &json["again"]), (&json!("acme-books"), &json!("Acme Books")));
    assert_eq!(json["billed"]["orderId"], "ord-1001");
    assert_eq!(asked(&bff), [["acme-books", "mallory"]]);
    assert_eq!(bff.services.count("invoices.of_orders"), 1);
    let log = bff.log_lines(1).await.pop().expect("a line a request")["sections"].to_string();
    assert!(log.contains("users.public_profiles not_found"), "{log}");

    bff.services.clear();
    let lists = bff.as_user("alice").get("/lists").await;
    assert_eq!((lists.status.as_u16(), &lists.json()["three"][0]), (200, &json!(null)));
    assert_eq!(asked(&bff), [["alice", "bob", "chen", "dmitri", "erin", "mallory", "zoe"]]);
}

#[tokio::test]
async fn the_failure_of_the_call_is_everybodys_and_so_is_what_stands_in_for_it() {
    let bff = TestBff::with(bff())
        .without_breakers()
        .set(
            "services.users.operations.public_profiles.fallback",
            r#"[{ id = "acme-books", displayName = "A shop" }]"#,
        )
        .set(
            "services.invoices.operations.of_orders.fallback",
            r#"{ results = [{ orderId = "ord-1007", notFound = true }] }"#,
        )
        .start()
        .await;
    bff.services.set("users", Mode::Fail(503));
    bff.services.set("invoices", Mode::Fail(403));
    let reply = bff.as_user("alice").get("/sections").await;
    let reasons = [("known", "unavailable"), ("unknown", "unavailable"), ("again", "unavailable")];
    let refused = [("billed", "forbidden"), ("unbilled", "forbidden")];
    assert_eq!(reply.degraded(), pairs(&[&reasons[..], &refused[..]].concat()));
    assert_eq!(reply.json()["again"], "A shop");
    let fallbacks =
        [("known", "config"), ("unknown", ""), ("again", "config"), ("billed", ""), ("unbilled", "")];
    assert_eq!(reply.fallbacks(), pairs(&fallbacks));
    assert_eq!(bff.services.count(OPERATION), 2, "one call, tried once more");

    // Nor is "no such thing" of a fallback what the service says.
    bff.services.set("invoices", Mode::Fail(503));
    let reply = bff.as_user("alice").get("/sections").await;
    assert_eq!(reply.degraded()[3..], pairs(&[("billed", "unavailable"), ("unbilled", "unavailable")]));
}

#[tokio::test]
async fn two_requests_are_never_one_batch() {
    let bff = TestBff::with(bff()).set("services.users.coalesce", "false").start().await;
    bff.services.set("users", Mode::Slow(Duration::from_millis(200)));
    let ask = async |user: &str, ids: &str| {
        let reply = bff.as_user(user).get(&format!("/people?at_once=100&ids={ids}")).await;
        shown(&reply)
    };
    let (alice, bob, again) =
        tokio::join!(ask("alice", "zoe,erin"), ask("bob", "chen,erin"), ask("alice", "zoe,erin"));
    assert_eq!((&alice, bob), (&vec![json!("zoe"), json!("erin")], vec![json!("chen"), json!("erin")]));
    assert_eq!(alice, again);
    assert_eq!(asked(&bff), [["chen", "erin"], ["erin", "zoe"], ["erin", "zoe"]]);
    let seen = bff.services.seen(OPERATION);
    assert!(bff_testkit::mocks::overlap(&seen), "they were on their way together");
    for call in &seen {
        let caller = call.header("x-user-id");
        assert_eq!(caller, Some(if call.target.contains("chen") { "bob" } else { "alice" }));
    }
}

#[tokio::test]
async fn tasks_that_a_handler_starts_are_answered() {
    let bff = TestBff::start(bff()).await;
    let reply = bff.as_user("alice").get("/tasks").await;
    assert_eq!((reply.status.as_u16(), reply.json()), (200, json!(["alice", "zoe"])));
    assert_eq!(asked(&bff), [["alice", "zoe"]]);
}

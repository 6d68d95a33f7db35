//! Who asks the same at the same time is one call: one for each caller, one for all where the answer is everybody's. Nobody
//! fails because somebody else leaves.

use std::collections::BTreeSet;

use bff_testkit::Mode;
use bff_tests::{
    Wire, until,
    wire::{bearer, head},
};
use futures::future::join_all;

use super::*;

/// Long enough for all to have asked before the answer comes.
const SLOW: Duration = Duration::from_secs(3);

/// With room and time for all at once. Nothing is kept, so that what is one call is one flight.
async fn roomy(bff: Bff) -> TestBff {
    let services = ["users", "orders", "notifications"].into_iter().filter(|service| bff.uses(service));
    let services: Vec<_> = services.collect();
    let mut builder =
        exact(bff).set("screen.deadline", "30s").set("cache.max_size", "0B").set("server.workers", 2);
    for service in &services {
        let settings = [
            ("timeout", "25s"),
            ("attempt_timeout", "25s"),
            ("bulkhead.limit", "250"),
            ("bulkhead.adaptive", "false"),
        ];
        for (key, value) in settings {
            builder = builder.set(&format!("services.{service}.{key}"), value);
        }
    }
    let bff = builder.start().await;
    for service in services {
        bff.services.set(service, Mode::Slow(SLOW));
    }
    bff
}

fn coalesced(bff: &TestBff, service: &str) -> u64 {
    bff.running().calls(service).map_or(0, |calls| calls.coalesced())
}

#[tokio::test]
async fn two_hundred_requests_of_one_caller_are_one_call_for_each_service() {
    let bff = roomy(bff_web::bff()).await;
    let replies = join_all((0..200).map(|_| overview(&bff, "alice"))).await;
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.body == replies[0].body));
    assert_eq!(replies[0].degraded(), []);
    assert_eq!(asked(&bff), [1, 1, 1]);
    for service in ["users", "orders", "notifications"] {
        assert_eq!(coalesced(&bff, service), 199, "{service}");
    }
    overview(&bff, "alice").await;
    assert_eq!(asked(&bff), [2, 2, 2], "who asks after the answer is another call");
}

#[tokio::test]
async fn two_hundred_callers_are_two_hundred_calls_but_for_what_is_everybodys() {
    let bff = roomy(tiny()).await;
    for (how, calls) in [("plain", 200), ("public", 1)] {
        bff.services.clear();
        let paths = [format!("/people/{how}/alice"), format!("/orders/{how}/ord-1001")];
        let ask = |number: usize| {
            let session = bff.as_user(&format!("user-{}", number / 2));
            let path = &paths[number % 2];
            async move { session.get(path).await }
        };
        let replies = join_all((0..400).map(ask)).await;
        assert!(replies.iter().all(|reply| reply.degraded().is_empty()), "{how}");
        for operation in ["users.get", "orders.get"] {
            let seen = bff.services.seen(operation);
            assert_eq!(seen.len(), calls, "{how} {operation}");
            let callers: BTreeSet<_> = seen.iter().filter_map(|seen| seen.header("x-user-id")).collect();
            assert_eq!(callers.len(), if how == "public" { 0 } else { 200 }, "{how} {operation}");
        }
    }
}

/// Asks without waiting for the answer.
async fn asking(bff: &TestBff, path: &str, user: &str) -> Wire {
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", path, &[bearer(&bff.token(user).sign())])).await;
    wire
}

#[tokio::test]
async fn a_client_that_leaves_costs_those_who_wait_neither_the_answer_nor_a_call() {
    let bff = roomy(bff_web::bff()).await;
    let leader = asking(&bff, OVERVIEW, "alice").await;
    until("it is on its way", || asked(&bff) == [1, 1, 1]).await;
    let mut followers = Vec::new();
    for _ in 0..5 {
        followers.push(asking(&bff, OVERVIEW, "alice").await);
    }
    until("they wait for it", || coalesced(&bff, "orders") == 5 && coalesced(&bff, "users") == 5).await;
    drop(leader);
    let cancelled = |service: &str| bff.running().calls(service).map_or(0, |calls| calls.cancelled());
    until("its calls are not its own any more", || cancelled("orders") == 1 && cancelled("users") == 1).await;
    drop(followers.pop());
    until("and one of them leaves, too", || cancelled("orders") == 2).await;
    for follower in &mut followers {
        let reply = follower.reply().await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]));
        assert_eq!(reply.json()["profile"]["id"], "alice");
    }
    assert_eq!(asked(&bff), [1, 1, 1]);
    assert!(bff.services.seen("orders").iter().all(|seen| !seen.cancelled));
}

#[tokio::test]
async fn when_the_last_one_leaves_the_call_ends() {
    let bff = roomy(bff_web::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let first = asking(&bff, OVERVIEW, "alice").await;
    until("it is on its way", || bff.services.count("orders") == 1).await;
    let second = asking(&bff, OVERVIEW, "alice").await;
    until("it is waited for", || coalesced(&bff, "orders") == 1).await;
    drop(first);
    let cancelled = || bff.running().calls("orders").map_or(0, |calls| calls.cancelled());
    until("one has left", || cancelled() == 1).await;
    assert!(!bff.services.seen("orders")[0].cancelled, "control: the other one waits for it");
    drop(second);
    until("the service sees that nobody waits", || bff.services.seen("orders")[0].cancelled).await;
    assert_eq!(bff.services.count("orders"), 1);
}

#[tokio::test]
async fn where_it_is_switched_off_each_request_has_a_call_of_its_own() {
    let bff = exact(bff_web::bff())
        .set("services.users.coalesce", "false")
        .set("services.orders.operations.recent.coalesce", "false")
        .start()
        .await;
    for service in ["users", "orders", "notifications"] {
        bff.services.set(service, Mode::Slow(Duration::from_millis(400)));
    }
    join_all((0..10).map(|_| overview(&bff, "alice"))).await;
    assert_eq!(asked(&bff), [10, 10, 1]);
}

//! An outage from its beginning to the end of what is kept: the answers are there with their true ages, and then they are not.
//!
//! Five minutes are two seconds here. Those of four minutes are tested as steps with paused time, in
//! `crates/core/src/call/cache/tests/outage.rs`.

use std::time::Instant;

use bff_testkit::Mode;
use bff_tests::{assert_problem, within};

use super::*;

/// A clock that is fast, so that no answer is older than it is: dates have whole seconds, and servers may say the last one.
const DATE: (&str, &str) = ("date", "Tue, 01 Jan 2999 00:00:00 GMT");

#[tokio::test]
async fn the_last_good_answers_are_there_with_their_true_ages_and_then_absent() {
    let bff = exact(bff_web::bff()).set("cache.stale_if_error", "2s").start().await;
    for operation in ["users.get", "orders.recent"] {
        bff.services.says_headers(operation, [DATE, ("cache-control", "max-age=0")]);
    }
    let asked = Instant::now();
    assert_eq!(overview(&bff, "alice").await.degraded(), []);
    let answered = Instant::now();
    for service in ["users", "orders"] {
        bff.services.set(service, Mode::Fail(503));
    }
    let mut ages = Vec::new();
    let gone = within(MINUTE, "it ends", async {
        loop {
            let at_least = answered.elapsed().as_secs();
            let reply = overview(&bff, "alice").await;
            let at_most = asked.elapsed().as_secs();
            if reply.status != 200 {
                break reply;
            }
            if reply.stale().len() < 2 {
                continue; // one ends a moment before the other
            }
            assert_eq!(reply.degraded(), reasons(&[("profile", "unavailable"), ("orders", "unavailable")]));
            for (section, age) in reply.stale() {
                assert!(
                    (at_least..=at_most).contains(&age),
                    "{section}: {age} s, not {at_least} to {at_most} s"
                );
                ages.push(age);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_problem(&gone, 502, "service_failed");
    let took = asked.elapsed();
    assert!(took >= Duration::from_secs(2) && took < Duration::from_secs(10), "{took:?}");
    assert!(ages.contains(&0) && ages.contains(&1), "it was there for a while, and aged: {ages:?}");
    bff.services.set("users", Mode::Ok);
    within(MINUTE, "orders are absent, too, a moment later", async {
        while overview(&bff, "alice").await.fallbacks() != reasons(&[("orders", "")]) {}
    })
    .await;
}

/// Without anything kept, the same outage is a failure at once.
#[tokio::test]
async fn without_it_the_outage_bites_at_once() {
    let bff = exact(bff_web::bff()).set("cache.stale_if_error", "0s").start().await;
    bff.services.says("users.get", "max-age=0");
    assert_eq!(overview(&bff, "alice").await.degraded(), []);
    bff.services.set("users", Mode::Fail(503));
    assert_problem(&overview(&bff, "alice").await, 502, "service_failed");
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_have_it_and_the_service_gets_few_calls() {
    let bff = web_where_all_say("max-age=0").await;
    overview(&bff, "alice").await;
    bff.services.clear();
    bff.services.set("users", Mode::Fault(bff_testkit::Fault::CloseBeforeHead));
    let replies = futures::future::join_all((0..100).map(|_| overview(&bff, "alice"))).await;
    assert!(
        replies.iter().all(|reply| reply.fallbacks().contains(&("profile".to_owned(), "stale".to_owned())))
    );
    assert!(bff.services.count("users") <= 110, "retries have a budget: {}", bff.services.count("users"));
}

//! What a service said before stands in for it: while a fresh answer is fetched, and while it fails. The screen says so, and
//! how old it is.

use bff_testkit::{Fault, Mode};
use bff_tests::{assert_problem, within};

use super::*;

/// Stale from the start, so that no test waits for it.
const NOW: &str = "max-age=0";
const WHILE: &str = "max-age=0, stale-while-revalidate=60";

#[tokio::test]
async fn it_is_used_at_once_while_one_call_fetches_a_fresh_one() {
    let bff = web_where_all_say("max-age=60").await;
    for operation in ["users.get", "orders.recent"] {
        bff.services.says(operation, WHILE);
    }
    let first = overview(&bff, "alice").await;
    assert_eq!((first.degraded(), first.header("cache-control")), (vec![], "private, no-cache"));
    let slow = Duration::from_millis(400);
    bff.services.set("users", Mode::Slow(slow));
    bff.services.set("orders", Mode::Slow(slow));
    let began = std::time::Instant::now();
    for _ in 0..5 {
        let reply = overview(&bff, "alice").await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
        assert_eq!(reply.degraded(), reasons(&[("profile", "revalidating"), ("orders", "revalidating")]));
        assert_eq!(reply.fallbacks(), reasons(&[("profile", "stale"), ("orders", "stale")]));
        assert!(reply.stale().iter().all(|(_, age)| *age <= 2), "{:?}", reply.stale());
        assert_eq!(reply.json()["profile"], first.json()["profile"]);
    }
    assert!(began.elapsed() < slow, "nobody waits: {:?}", began.elapsed());
    assert_eq!(asked(&bff), [2, 2, 1], "one call each for all of them");
    bff.services.says("users.get", "max-age=60");
    bff.services.says("orders.recent", "max-age=60");
    within(MINUTE, "it becomes fresh", async {
        while !overview(&bff, "alice").await.degraded().is_empty() {}
    })
    .await;
    assert!(bff.services.count("users.get") <= 4, "the one that was on its way, and one that is kept");
}

#[tokio::test]
async fn after_a_refresh_that_fails_the_next_one_tries_again() {
    let bff = web_where_all_say("max-age=60").await;
    bff.services.says("notifications.unread", WHILE);
    overview(&bff, "alice").await;
    bff.services.set("notifications", Mode::Fail(500));
    for calls in 2..6 {
        within(MINUTE, "it is tried again", async {
            while bff.services.count("notifications.unread") < calls {
                let reply = overview(&bff, "alice").await;
                assert_eq!(reply.degraded(), reasons(&[("notifications", "revalidating")]));
            }
        })
        .await;
    }
    bff.services.set("notifications", Mode::Fail(403));
    let refused = reasons(&[("notifications", "forbidden")]);
    within(MINUTE, "it is refused", async { while overview(&bff, "alice").await.degraded() != refused {} })
        .await;
}

#[tokio::test]
async fn it_stands_in_for_every_outage_of_required_sections_too_over_http_and_grpc() {
    let bff =
        exact(bff_web::bff()).set("services.users.timeout", "150ms").set("services.orders.timeout", "150ms");
    let bff = bff.start().await;
    for operation in ["users.get", "orders.recent"] {
        bff.services.says(operation, NOW);
    }
    let first = overview(&bff, "alice").await;
    assert_eq!(first.degraded(), []);
    for (mode, reason) in [
        (Mode::Hang, "timeout"),
        (Mode::Fail(503), "unavailable"),
        (Mode::Fault(Fault::Refuse), "unavailable"),
        (Mode::Fault(Fault::ResetMidBody), "unavailable"),
        (Mode::Fail(500), "failed"),
    ] {
        bff.services.set("users", mode);
        bff.services.set("orders", mode);
        let reply = overview(&bff, "alice").await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"), "{mode}");
        assert_eq!(reply.degraded(), reasons(&[("profile", reason), ("orders", reason)]), "{mode}");
        assert_eq!(reply.fallbacks(), reasons(&[("profile", "stale"), ("orders", "stale")]), "{mode}");
        let (now, then) = (reply.json(), first.json());
        assert_eq!((&now["profile"], &now["orders"]), (&then["profile"], &then["orders"]), "{mode}");
        // Who has nothing kept sees the outage.
        let code = if reason == "timeout" { (504, "service_timeout") } else { (502, "service_failed") };
        assert_problem(&overview(&bff, "zoe").await, code.0, code.1);
    }
    bff.services.reset();
    assert_eq!(overview(&bff, "alice").await.degraded(), []);
}

#[tokio::test]
async fn it_stands_in_while_the_breaker_is_open_and_nothing_is_sent() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.says("users.get", NOW);
    overview(&bff, "alice").await;
    bff.services.set("users", Mode::Fail(503));
    let reason = async || overview(&bff, "alice").await.degraded();
    while reason().await != reasons(&[("profile", "open_breaker")]) {
        assert!(bff.services.count("users") < 20, "it never opens");
    }
    let sent = bff.services.count("users");
    let reply = overview(&bff, "alice").await;
    assert_eq!((reply.fallbacks(), bff.services.count("users")), (reasons(&[("profile", "stale")]), sent));
}

#[tokio::test]
async fn it_never_stands_in_for_a_refusal_and_not_after_one_either() {
    let bff = web_where_all_say(NOW).await;
    for (status, reason) in [(404, "not_found"), (403, "forbidden"), (401, "unauthenticated")] {
        bff.services.reset();
        assert_eq!(overview(&bff, "alice").await.degraded(), []);
        for service in ["orders", "notifications"] {
            bff.services.set(service, Mode::Fail(503));
        }
        let stale = reasons(&[("orders", "stale"), ("notifications", "stale")]);
        assert_eq!(overview(&bff, "alice").await.fallbacks(), stale, "control");
        for service in ["orders", "notifications"] {
            bff.services.set(service, Mode::Fail(status));
        }
        let refused = overview(&bff, "alice").await;
        assert_eq!(refused.degraded(), reasons(&[("orders", reason), ("notifications", reason)]));
        assert_eq!(refused.fallbacks(), reasons(&[("orders", ""), ("notifications", "")]));
        for service in ["orders", "notifications"] {
            bff.services.set(service, Mode::Fail(503));
        }
        let later = overview(&bff, "alice").await;
        assert_eq!(later.fallbacks(), reasons(&[("orders", ""), ("notifications", "")]), "{status}");
        assert_eq!((&later.json()["orders"], &later.json()["notifications"]), (&().into(), &().into()));
    }
}

#[tokio::test]
async fn it_comes_before_the_fallbacks_of_the_configuration_and_of_the_screen() {
    let count = "services.notifications.operations.unread_count";
    let bff = exact(bff_mobile::bff()).set(&format!("{count}.fallback"), "{ count = 42 }").start().await;
    let badge = async |user: &str| {
        let reply = bff.as_user(user).get("/mobile/home").await;
        (reply.json()["badge"].as_u64(), reply.fallbacks())
    };
    bff.services.says("notifications", NOW);
    let (known, none) = badge("alice").await;
    assert_eq!(none, []);
    bff.services.set("notifications", Mode::Fail(503));
    assert_eq!(badge("alice").await, (known, reasons(&[("badge", "stale")])));
    assert_ne!(known, Some(42));
    assert_eq!(badge("zoe").await, (Some(42), reasons(&[("badge", "config")])), "who has nothing kept");
    bff.services.set("notifications", Mode::Fail(403));
    badge("alice").await;
    bff.services.set("notifications", Mode::Fail(503));
    assert_eq!(badge("alice").await, (Some(42), reasons(&[("badge", "config")])), "nor who was refused");
}

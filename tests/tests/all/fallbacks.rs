//! What the configuration states for a service that gives no answer: the screen has it and says so, whatever the section.

use std::time::Duration;

use bff_core::bff::Bff;
use bff_testkit::{Mode, Nonsense, TestBff};
use bff_tests::assert_problem;
use serde_json::json;

use super::OVERVIEW;

const PROFILE: &str = r#"{ id = "nobody", displayName = "Guest", email = "", locale = "en-GB", memberSince = 2026-01-01,
    tier = "free", preferences = { newsletter = false, theme = "light" } }"#;

/// An order as proto3's JSON has it: camelCase, the enum by its name, a number of 64 bits as text.
const ORDER: &str = r#"{ id = "ord-0", customer = "alice", seller = "nordic-tools", account = "nordic", status = "SHIPPED",
    placedAt = "2026-03-14T10:00:00Z", totalCents = "1250", currency = "EUR",
    lines = [{ sku = "BK-978022", name = "Book", quantity = 1, unitCents = 1250 }] }"#;

fn with_fallbacks(bff: Bff) -> bff_testkit::TestBffBuilder {
    TestBff::with(bff)
        .without_breakers()
        .set("services.users.operations.get.fallback", PROFILE)
        .set("services.orders.operations.recent.fallback", format!("{{ orders = [{ORDER}] }}"))
        .set("services.notifications.operations.unread_count.fallback", "{ count = 42 }")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(section, text)| ((*section).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test]
async fn a_required_section_over_http_and_an_optional_one_over_grpc_have_it() {
    let bff = with_fallbacks(bff_web::bff()).start().await;
    let whole = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!((whole.json()["profile"]["id"].as_str(), whole.fallbacks()), (Some("alice"), vec![]));
    assert_eq!(whole.header("cache-control"), "private, no-cache");
    bff.log_lines(1).await;

    bff.services.set("users", Mode::Fail(503));
    bff.services.set("orders", Mode::Fail(500));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    assert_eq!(reply.degraded(), pairs(&[("profile", "unavailable"), ("orders", "failed")]));
    assert_eq!(reply.fallbacks(), pairs(&[("profile", "config"), ("orders", "config")]));
    let json = reply.json();
    let profile = json!({
        "id": "nobody", "displayName": "Guest", "email": "", "locale": "en-GB", "memberSince": "2026-01-01",
        "tier": "free", "preferences": { "newsletter": false, "theme": "light" },
    });
    let line = json!({ "sku": "BK-978022", "name": "Book", "quantity": 1, "unitCents": 1250 });
    let order = json!({
        "id": "ord-0", "customer": "alice", "seller": "nordic-tools", "status": "shipped", "currency": "EUR",
        "placedAt": "2026-03-14T10:00:00Z", "totalCents": 1250, "lines": [line],
    });
    assert_eq!((&json["profile"], &json["orders"]), (&profile, &json!([order])));
    assert_eq!(json["notifications"], whole.json()["notifications"], "who answers is not touched by it");
    let log = bff.log_lines(1).await.pop().expect("a line a request")["sections"].to_string();
    assert!(log.contains("users.get unavailable") && log.contains("orders.recent failed"), "{log}");
}

#[tokio::test]
async fn it_comes_before_the_default_of_the_screen() {
    let badge = async |bff: &TestBff| {
        bff.services.set("notifications", Mode::Fail(503));
        let reply = bff.as_user("alice").get("/mobile/home").await;
        assert_eq!(reply.degraded(), pairs(&[("badge", "unavailable")]));
        (reply.json()["badge"].clone(), reply.fallbacks())
    };
    let stated = with_fallbacks(bff_mobile::bff()).start().await;
    assert_eq!(badge(&stated).await, (json!(42), pairs(&[("badge", "config")])));
    let silent = TestBff::start(bff_mobile::bff()).await;
    assert_eq!(badge(&silent).await, (json!(0), pairs(&[("badge", "default")])));
    silent.services.set("orders", Mode::Fail(503));
    let reply = silent.as_user("alice").get("/mobile/home").await;
    assert_eq!(
        reply.fallbacks(),
        pairs(&[("recentOrders", ""), ("badge", "default")]),
        "null is no fallback"
    );
}

#[tokio::test]
async fn it_stands_in_for_every_outage() {
    let bff = with_fallbacks(bff_web::bff()).set("services.users.timeout", "100ms");
    let bff = bff.set("services.orders.timeout", "100ms").start().await;
    for (mode, reason) in [
        (Mode::Hang, "timeout"),
        (Mode::Slow(Duration::from_millis(400)), "timeout"),
        (Mode::Fail(503), "unavailable"),
        (Mode::Fail(500), "failed"),
        (Mode::Fail(429), "rejected"),
        (Mode::Nonsense(Nonsense::Truncated), "invalid_reply"),
    ] {
        for (service, section) in [("users", "profile"), ("orders", "orders")] {
            bff.services.reset();
            bff.services.set(service, mode);
            let reply = bff.as_user("alice").get(OVERVIEW).await;
            assert_eq!(reply.degraded(), pairs(&[(section, reason)]), "{service} {mode}");
            assert_eq!(reply.fallbacks(), pairs(&[(section, "config")]), "{service} {mode}");
        }
    }
    let bff =
        TestBff::with(bff_web::bff()).set("services.users.operations.get.fallback", PROFILE).start().await;
    bff.services.set("users", Mode::Fail(503));
    let ask = async || bff.as_user("alice").get(OVERVIEW).await;
    while ask().await.degraded() != pairs(&[("profile", "open_breaker")]) {
        assert!(bff.services.count("users") < 20, "it never opens");
    }
    assert_eq!(ask().await.json()["profile"]["id"], "nobody");
}

#[tokio::test]
async fn it_never_grants_what_a_service_refuses() {
    let bff = with_fallbacks(bff_web::bff()).start().await;
    for (status, reason, problem, code) in [
        (404, "not_found", 404, "not_found"),
        (403, "forbidden", 403, "forbidden"),
        (401, "unauthenticated", 502, "service_failed"),
        (409, "conflict", 409, "conflict"),
        (400, "invalid_request", 400, "invalid_request"),
    ] {
        bff.services.reset();
        bff.services.set("orders", Mode::Fail(status));
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.degraded(), &reply.json()["orders"]), (pairs(&[("orders", reason)]), &json!(null)));
        assert_eq!(reply.fallbacks(), pairs(&[("orders", "")]), "{status}");
        bff.services.set("users", Mode::Fail(status));
        assert_problem(&bff.as_user("alice").get(OVERVIEW).await, problem, code);
    }
}

#[tokio::test]
async fn what_is_made_of_it_is_degraded_and_somebody_elses_is_a_failure() {
    let bff =
        with_fallbacks(bff_web::bff()).set("services.orders.operations.get.fallback", ORDER).start().await;
    bff.services.set("orders", Mode::Fail(503));
    // Alice bought it, so she sees it, and what the other services say of it is no better known than it is.
    let reply = bff.as_user("alice").get("/api/orders/ord-1001").await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    let sections = ["order", "invoice", "otherParty"];
    assert_eq!(reply.degraded(), pairs(&sections.map(|section| (section, "unavailable"))));
    assert_eq!(reply.fallbacks(), pairs(&sections.map(|section| (section, "config"))));
    assert_eq!(
        (reply.json()["order"]["id"].as_str(), &reply.json()["invoice"]),
        (Some("ord-0"), &json!(null))
    );
    assert_eq!(reply.json()["otherParty"]["id"], "nordic-tools");
    // For Bob there is none, and that the service said so would not be true.
    assert_problem(&bff.as_user("bob").get("/api/orders/ord-1001").await, 502, "service_failed");
}

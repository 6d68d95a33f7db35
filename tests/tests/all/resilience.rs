//! What a service's failure costs it and the others: one more attempt, then a pause.

use bff_testkit::{Mode, TestBff};
use bff_tests::assert_problem;
use serde_json::json;

use super::OVERVIEW;

#[tokio::test]
async fn a_read_that_fails_once_is_read_again_over_http_and_grpc() {
    let bff = TestBff::start(bff_web::bff()).await;
    for (service, operation) in [("users", "users.get"), ("orders", "orders.recent")] {
        bff.services.clear();
        bff.services.next(operation, [Mode::Fail(503)]);
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]), "{service}");
        assert_eq!(bff.services.count(operation), 2, "{service}");
        assert_eq!(bff.services.count("notifications.unread"), 1, "nobody else is asked again");
    }
}

#[tokio::test]
async fn a_write_that_fails_is_not_sent_again() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.next("orders.place", [Mode::Fail(503)]);
    let order = json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    assert_problem(&bff.as_user("alice").post("/api/orders", &order).await, 502, "service_failed");
    assert_eq!(bff.services.count("orders.place"), 1);
}

#[tokio::test]
async fn a_service_that_keeps_failing_gets_a_pause_and_then_a_probe() {
    let bff = TestBff::with(bff_web::bff()).set("services.orders.breaker.open_for", "200ms").start().await;
    bff.services.set("orders", Mode::Fail(503));
    let ask = async || bff.as_user("alice").get(OVERVIEW).await;
    while ask().await.degraded() != [("orders".to_owned(), "open_breaker".to_owned())] {
        assert!(bff.services.count("orders") < 20, "it never opens");
    }
    let sent = bff.services.count("orders");
    assert!((5..=6).contains(&sent), "five failures in a row, and not {sent}");
    let reply = ask().await;
    assert_eq!(
        (reply.degraded().len(), bff.services.count("orders")),
        (1, sent),
        "nothing is sent while it is open"
    );
    assert_eq!(reply.json()["profile"]["id"], "alice", "and the other services are not touched by it");
    bff.services.set("orders", Mode::Ok);
    let began = std::time::Instant::now();
    while !ask().await.degraded().is_empty() {
        assert!(began.elapsed().as_secs() < 5, "it never closes");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_answer_that_refuses_does_not_open_the_breaker() {
    let bff = TestBff::start(bff_web::bff()).await;
    for _ in 0..30 {
        assert_problem(&bff.as_user("mallory").get(OVERVIEW).await, 404, "not_found");
    }
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), vec![]);
}

#[tokio::test]
async fn a_hung_service_opens_the_breaker_but_a_hurried_client_does_not() {
    let hung = TestBff::with(bff_web::bff()).set("services.orders.timeout", "100ms").start().await;
    hung.services.set("orders", Mode::Hang);
    let reason = async |bff: &TestBff, hurried: bool| {
        let session = bff.as_user("alice");
        let session = if hurried { session.header("X-Request-Timeout-Ms", 600) } else { session };
        session.get(OVERVIEW).await.degraded().pop().map(|(_, reason)| reason).unwrap_or_default()
    };
    for _ in 0..5 {
        assert_eq!(reason(&hung, false).await, "timeout");
    }
    assert_eq!(reason(&hung, false).await, "open_breaker");

    let slow = TestBff::start(bff_web::bff()).await;
    slow.services.set("orders", Mode::Slow(std::time::Duration::from_millis(700)));
    for _ in 0..6 {
        assert_eq!(reason(&slow, true).await, "timeout", "it has 510 ms");
    }
    assert_eq!(reason(&slow, false).await, "", "and those with time are answered");
}

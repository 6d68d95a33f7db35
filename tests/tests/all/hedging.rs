//! A call that is slower than the latest ones is sent a second time, where the configuration says so.

use std::time::{Duration, Instant};

use bff_testkit::{Mode, TestBff};

use super::OVERVIEW;

/// Slower than any usual answer, and well below the deadline.
const STALL: Duration = Duration::from_millis(900);

/// The web BFF after enough calls to know what is slow.
async fn warm(hedging: bool) -> TestBff {
    let mut builder = TestBff::with(bff_web::bff());
    for service in ["orders", "notifications"] {
        let key = |name| format!("services.{service}.{name}");
        builder = builder.set(&key("hedge.enabled"), hedging).set(&key("hedge.minimum_calls"), 20);
    }
    let bff = builder.start().await;
    for _ in 0..50 {
        assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), vec![]);
    }
    // What is known is looked at ten times a second.
    tokio::time::sleep(Duration::from_millis(150)).await;
    bff.services.clear();
    bff
}

#[tokio::test]
async fn a_call_that_stalls_is_sent_again_and_the_first_answer_counts_over_http_and_grpc() {
    let bff = warm(true).await;
    for (service, operation) in [("notifications", "notifications.unread"), ("orders", "orders.recent")] {
        bff.services.clear();
        let sent_before = bff.running().hedges(service).expect("a service of this BFF").sent();
        bff.services.next(operation, [Mode::Slow(STALL)]);
        let began = Instant::now();
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]), "{service}");
        assert!(began.elapsed() < STALL, "{service}: {:?}", began.elapsed());
        assert_eq!(bff.services.count(operation), 2, "{service}");
        let hedges = bff.running().hedges(service).expect("a service of this BFF");
        assert!(hedges.sent() > sent_before && hedges.won() > 0, "{service}");
    }
}

#[tokio::test]
async fn without_hedging_the_stall_is_the_screens() {
    let bff = warm(false).await;
    bff.services.next("orders.recent", [Mode::Slow(STALL)]);
    let began = Instant::now();
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), vec![]);
    assert!(began.elapsed() >= STALL);
    assert_eq!(bff.services.count("orders.recent"), 1);
}

#[tokio::test]
async fn a_write_is_never_hedged() {
    let bff = warm(true).await;
    let order = serde_json::json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    for _ in 0..30 {
        assert!(bff.as_user("alice").post("/api/orders", &order).await.status.is_success());
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    bff.services.clear();
    bff.services.next("orders.place", [Mode::Slow(STALL)]);
    let began = Instant::now();
    assert!(bff.as_user("alice").post("/api/orders", &order).await.status.is_success());
    assert!(began.elapsed() >= STALL);
    assert_eq!(bff.services.count("orders.place"), 1);
}

//! gRPC services whose answers no client should believe.

use bff_testkit::{Mode, Nonsense, TestBff};
use bff_tests::assert_problem;

use super::OVERVIEW;

/// Lies that protobuf takes for valid messages of nothing: every field has a default.
fn is_a_valid_list(lie: Nonsense) -> bool {
    lie == Nonsense::Empty
}

#[tokio::test]
async fn an_optional_section_is_null_and_degraded() {
    let bff = TestBff::start(bff_web::bff()).await;
    let whole = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!((whole.status.as_u16(), whole.degraded()), (200, Vec::new()));
    let mut reasons = Vec::new();
    for lie in Nonsense::ALL.into_iter().filter(|lie| !is_a_valid_list(*lie)) {
        bff.services.set("orders", Mode::Nonsense(lie));
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.status, 200, "{lie:?}");
        assert_eq!(reply.json()["profile"], whole.json()["profile"], "{lie:?}");
        assert_eq!(reply.json()["notifications"], whole.json()["notifications"], "{lie:?}");
        assert!(reply.json()["orders"].is_null(), "{lie:?}");
        reasons.extend(reply.degraded().into_iter().map(|(section, reason)| (lie, section, reason)));
    }
    // As over HTTP: what is no answer is none, whatever code tonic makes of it.
    let lies = Nonsense::ALL.into_iter().filter(|lie| !is_a_valid_list(*lie));
    let expected: Vec<_> = lies.map(|lie| (lie, "orders".to_owned(), "invalid_reply".to_owned())).collect();
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn a_required_section_fails_the_screen() {
    let bff = TestBff::start(bff_web::bff()).await;
    for lie in Nonsense::ALL {
        bff.services.set("orders", Mode::Nonsense(lie));
        let reply = bff.as_user("alice").get("/api/orders/ord-1001").await;
        assert_eq!(reply.code(), "service_failed", "{lie:?}: {}", reply.json());
        assert_problem(&reply, 502, "service_failed");
        assert_eq!(bff.services.count("invoices") + bff.services.count("users"), 0, "{lie:?}");
    }
    bff.services.reset();
    assert_eq!(bff.as_user("alice").get("/api/orders/ord-1001").await.status, 200);
}

#[tokio::test]
async fn an_empty_message_is_an_empty_list_and_no_order() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Nonsense(Nonsense::Empty));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.json()["orders"], serde_json::json!([]));
    assert_eq!(reply.degraded(), []);
    assert_problem(&bff.as_user("alice").get("/api/orders/ord-1001").await, 502, "service_failed");
}

#[tokio::test]
async fn an_empty_message_is_no_invoice() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("invoices", Mode::Nonsense(Nonsense::Empty));
    let reply = bff.as_user("alice").get("/api/orders/ord-1001").await;
    assert_eq!(reply.degraded(), [("invoice".into(), "invalid_reply".into())]);
    assert!(reply.json()["invoice"].is_null());
}

#[tokio::test]
async fn an_empty_message_where_an_order_was_to_be_placed_is_no_order() {
    let bff = TestBff::start(bff_web::bff()).await;
    let order = serde_json::json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    bff.services.set("orders", Mode::Nonsense(Nonsense::Empty));
    assert_problem(&bff.as_user("alice").post("/api/orders", &order).await, 502, "service_failed");
    bff.services.reset();
    assert_eq!(bff.as_user("alice").post("/api/orders", &order).await.json()["order"]["customer"], "alice");
}

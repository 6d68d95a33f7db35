//! POST /api/orders.

use bff_testkit::{Mode, TestBff};
use serde_json::json;

const ORDERS: &str = "/api/orders";

#[tokio::test]
async fn the_order_is_answered_as_it_was_placed() {
    let bff = TestBff::start(bff_web::bff()).await;
    let items = json!({ "items": [{ "sku": "BK-978022", "quantity": 2 }], "idempotencyKey": "press-1" });
    let reply = bff.as_user("alice").post(ORDERS, &items).await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn a_second_press_of_the_button_is_the_same_order() {
    let bff = TestBff::start(bff_web::bff()).await;
    let items = json!({ "items": [{ "sku": "BK-978022", "quantity": 2 }], "idempotencyKey": "press-1" });
    let first = bff.as_user("alice").post(ORDERS, &items).await;
    assert_eq!(bff.as_user("alice").post(ORDERS, &items).await.json(), first.json());
}

#[tokio::test]
async fn a_service_that_fails_is_asked_once_since_two_calls_may_be_two_orders() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let items = json!({ "items": [{ "sku": "BK-978022", "quantity": 2 }] });
    let reply = bff.as_user("alice").post(ORDERS, &items).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
    assert_eq!(bff.services.count("orders.place"), 1);
}

#[tokio::test]
async fn a_late_answer_is_a_timeout() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let items = json!({ "items": [{ "sku": "BK-978022", "quantity": 2 }] });
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).post(ORDERS, &items).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn an_order_of_nothing_is_refused_before_any_service_is_asked() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").post(ORDERS, &json!({ "items": [] })).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "invalid_body"));
    assert_eq!(reply.json()["detail"], "items: at least one");
    assert_eq!(bff.services.count("orders"), 0);
}

//! GET /mobile/orders/{id}.

use bff_testkit::{Mode, TestBff};

const ORDER: &str = "/mobile/orders/ord-1006";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    let reply = bff.as_user("alice").get(ORDER).await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn both_sections_use_one_call_for_the_order() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    assert_eq!(bff.as_user("alice").get(ORDER).await.status, 200);
    assert_eq!(bff.services.count("orders.get"), 1);
}

#[tokio::test]
async fn without_the_users_service_the_order_is_still_there() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("users", Mode::Fail(503));
    let reply = bff.as_user("zoe").get("/mobile/orders/ord-2003").await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_the_orders_service_nobody_else_is_asked() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_user("alice").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
    assert_eq!(bff.services.count("users"), 0);
}

#[tokio::test]
async fn a_late_seller_is_left_out() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("users", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(ORDER).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("seller".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_order_is_a_timeout() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn somebody_elses_order_does_not_exist() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    let reply = bff.as_user("bob").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (404, "not_found"));
}

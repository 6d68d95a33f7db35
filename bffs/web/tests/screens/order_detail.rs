//! GET /api/orders/{id}.

use bff_testkit::{Mode, TestBff};

const ORDER: &str = "/api/orders/ord-1006";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").get(ORDER).await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn three_sections_use_one_call_for_the_order() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_eq!(bff.as_user("alice").get(ORDER).await.status, 200);
    assert_eq!(bff.services.count("orders.get"), 1);
}

#[tokio::test]
async fn the_seller_sees_the_buyer_as_everybody_may_see_her() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("acme-books").get(ORDER).await;
    insta::assert_json_snapshot!(reply.json()["otherParty"]);
}

#[tokio::test]
async fn without_an_invoice_yet_it_is_null_and_nothing_is_degraded() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").get("/api/orders/ord-1007").await;
    assert_eq!(reply.json().get("invoice"), Some(&serde_json::Value::Null));
    assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]));
}

#[tokio::test]
async fn without_the_invoices_service_the_order_is_still_there() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("invoices", Mode::Fail(503));
    let reply = bff.as_user("zoe").get("/api/orders/ord-2002").await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_the_users_service_the_order_is_still_there() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("users", Mode::Fail(503));
    let reply = bff.as_user("zoe").get("/api/orders/ord-2002").await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_the_orders_service_nobody_else_is_asked() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_user("alice").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
    assert_eq!(bff.services.count("invoices") + bff.services.count("users"), 0);
}

#[tokio::test]
async fn a_late_invoice_is_left_out() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("invoices", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(ORDER).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("invoice".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_profile_is_left_out() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("users", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(ORDER).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("otherParty".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_order_is_a_timeout() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn an_order_that_does_not_exist_and_somebody_elses_look_the_same() {
    let bff = TestBff::start(bff_web::bff()).await;
    for order in ["/api/orders/ord-0000", "/api/orders/ord-2002"] {
        let reply = bff.as_user("alice").get(order).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (404, "not_found"), "{order}");
    }
}

#[tokio::test]
async fn what_services_keep_for_themselves_reaches_nobody() {
    let bff = TestBff::start(bff_web::bff()).await;
    for user in ["alice", "acme-books"] {
        let reply = String::from_utf8(bff.as_user(user).get(ORDER).await.body).expect("JSON is UTF-8");
        let inside = ["passwordHash", "internalFlags", "email", "account"];
        assert!(!inside.iter().any(|word| reply.contains(word)), "{user}: {reply}");
    }
}

#[tokio::test]
async fn an_order_that_has_lost_its_seller_is_whole() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("dmitri").get("/api/orders/ord-3003").await;
    assert_eq!(reply.json()["otherParty"], serde_json::Value::Null);
    assert_eq!((reply.degraded().len(), bff.services.count("users")), (0, 0));
}

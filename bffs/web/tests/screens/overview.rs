//! GET /api/dashboard/overview.

use bff_testkit::{Mode, TestBff};

const OVERVIEW: &str = "/api/dashboard/overview";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), "private, no-cache");
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_orders_the_rest_is_still_there() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_user("bob").get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_notifications_the_rest_is_still_there() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("notifications", Mode::Fail(503));
    let reply = bff.as_user("bob").get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_a_profile_there_is_no_overview() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("users", Mode::Fail(503));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
}

#[tokio::test]
async fn late_orders_are_left_out() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("orders".into(), "timeout".into())]);
}

#[tokio::test]
async fn late_notifications_are_left_out() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("notifications", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("notifications".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_profile_is_a_timeout() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("users", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(OVERVIEW).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn a_new_user_has_empty_lists_and_nothing_degraded() {
    let bff = TestBff::start(bff_web::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("bob").get(OVERVIEW).await.json());
}

#[tokio::test]
async fn names_in_any_script_arrive_unchanged() {
    let bff = TestBff::start(bff_web::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("zoe").get(OVERVIEW).await.json());
}

#[tokio::test]
async fn missing_optional_fields_are_left_out_and_degrade_nothing() {
    let bff = TestBff::start(bff_web::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("dmitri").get(OVERVIEW).await.json());
}

#[tokio::test]
async fn a_heavy_user_gets_the_five_latest_orders_and_every_unread_notification() {
    let bff = TestBff::start(bff_web::bff()).await;
    let overview = bff.as_user("chen").get(OVERVIEW).await.json();
    let orders = overview["orders"].as_array().expect("orders");
    assert!(
        orders
            .iter()
            .map(|order| &order["id"])
            .eq(["ord-5250", "ord-5249", "ord-5248", "ord-5247", "ord-5246"])
    );
    assert_eq!(overview["notifications"].as_array().map(Vec::len), Some(240));
}

#[tokio::test]
async fn very_long_texts_arrive_whole() {
    let bff = TestBff::start(bff_web::bff()).await;
    let overview = bff.as_user("erin").get(OVERVIEW).await.json();
    let sent = |name| bff.services.fixtures().json(name).expect("a fixture");
    assert_eq!(overview["profile"]["displayName"], sent("users/get.erin")["displayName"]);
    assert_eq!(overview["notifications"], *sent("notifications/unread.erin"));
    assert_eq!(overview["orders"][0]["lines"], sent("orders/recent.erin")[0]["lines"]);
}

#[tokio::test]
async fn what_services_keep_for_themselves_reaches_nobody() {
    let bff = TestBff::start(bff_web::bff()).await;
    for user in ["alice", "bob", "chen", "dmitri", "erin", "zoe", "acme-books"] {
        let reply = String::from_utf8(bff.as_user(user).get(OVERVIEW).await.body).expect("JSON is UTF-8");
        assert!(!reply.contains("passwordHash") && !reply.contains("internalFlags"), "{user}");
    }
}

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
async fn a_new_user_has_empty_lists_and_nothing_degraded() {
    let bff = TestBff::start(bff_web::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("bob").get(OVERVIEW).await.json());
}

#[tokio::test]
async fn orders_failed() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(reply.json()["_meta"]);
}

//! GET /mobile/home.

use bff_testkit::{Mode, TestBff};

const HOME: &str = "/mobile/home";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    let reply = bff.as_user("alice").get(HOME).await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_orders_the_rest_is_still_there() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_user("alice").get(HOME).await;
    assert_eq!(reply.status, 200);
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_a_count_the_badge_is_0_and_degraded() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("notifications", Mode::Fail(503));
    let reply = bff.as_user("alice").get(HOME).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    insta::assert_json_snapshot!(reply.json());
}

#[tokio::test]
async fn without_a_name_there_is_no_home() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("users", Mode::Fail(503));
    let reply = bff.as_user("alice").get(HOME).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
}

#[tokio::test]
async fn late_orders_are_left_out() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(HOME).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("recentOrders".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_count_is_a_badge_of_0() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("notifications", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(HOME).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["badge"]), (200, &0.into()));
    assert_eq!(reply.degraded(), [("badge".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_name_is_a_timeout() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    bff.services.set("users", Mode::Hang);
    let reply = bff.as_user("alice").header("x-request-timeout-ms", 300).get(HOME).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn it_is_under_a_kilobyte_for_everybody() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    for user in ["alice", "bob", "chen", "zoe", "dmitri", "erin"] {
        let reply = bff.as_user(user).get(HOME).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]), "{user}");
        assert!(reply.body.len() < 1024, "{user}: {} bytes", reply.body.len());
    }
}

#[tokio::test]
async fn a_new_user_has_no_orders_and_no_badge() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("bob").get(HOME).await.json());
}

#[tokio::test]
async fn a_name_in_any_script_arrives_unchanged() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("zoe").get(HOME).await.json());
}

#[tokio::test]
async fn missing_optional_fields_degrade_nothing() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("dmitri").get(HOME).await.json());
}

#[tokio::test]
async fn a_heavy_user_gets_three_orders_and_the_whole_count() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("chen").get(HOME).await.json());
}

#[tokio::test]
async fn a_very_long_name_is_cut_at_forty_letters() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    insta::assert_json_snapshot!(bff.as_user("erin").get(HOME).await.json()["name"]);
}

#[tokio::test]
async fn what_services_keep_for_themselves_reaches_nobody() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    for user in ["alice", "bob", "chen", "zoe", "erin"] {
        let reply = String::from_utf8(bff.as_user(user).get(HOME).await.body).expect("JSON is UTF-8");
        assert!(!reply.contains("passwordHash") && !reply.contains("internalFlags"), "{user}");
    }
}

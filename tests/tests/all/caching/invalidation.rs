//! A write ends what its caller has of the service and what its client method names, however it ends. Nothing else ends.

use bff_testkit::Mode;
use bff_tests::{
    Wire, until,
    wire::{bearer, head},
};
use serde_json::json;

use super::*;

const PEOPLE: &str = "/people/public/alice";

async fn order_a_book(bff: &TestBff, user: &str) -> Reply {
    let order = json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    bff.as_user(user).post("/api/orders", &order).await
}

/// Which services are asked for this user's overview.
async fn asked_for(bff: &TestBff, user: &str) -> [usize; 3] {
    bff.services.clear();
    assert_eq!(overview(bff, user).await.degraded(), []);
    asked(bff)
}

#[tokio::test]
async fn who_has_placed_an_order_sees_it_at_once_and_nobody_else_is_asked_again() {
    let bff = web_where_all_say("max-age=600").await;
    for user in ["alice", "bob"] {
        assert_eq!(asked_for(&bff, user).await, [1, 1, 1]);
        assert_eq!(asked_for(&bff, user).await, [0, 0, 0]);
    }
    let placed = order_a_book(&bff, "alice").await.json()["order"]["id"].clone();
    bff.services.clear();
    assert_eq!(overview(&bff, "alice").await.json()["orders"][0]["id"], placed);
    assert_eq!(asked(&bff), [0, 1, 1], "the orders, and the notifications that are named");
    assert_eq!(asked_for(&bff, "alice").await, [0, 0, 0]);
    assert_eq!(asked_for(&bff, "bob").await, [0, 0, 0]);
}

#[tokio::test]
async fn a_write_that_fails_may_have_been_done() {
    let bff = web_where_all_say("max-age=600").await;
    let bff_with_little_time = exact(bff_web::bff()).set("services.orders.timeout", "150ms").start().await;
    bff_with_little_time.services.says("orders", "max-age=600");
    for (bff, mode) in [
        (&bff, Mode::Fail(503)),
        (&bff, Mode::Fail(500)),
        (&bff, Mode::Fail(409)),
        (&bff, Mode::Fail(403)),
        (&bff_with_little_time, Mode::Hang),
    ] {
        asked_for(bff, "alice").await;
        assert_eq!(asked_for(bff, "alice").await[1], 0, "control");
        bff.services.next("orders.place", [mode]);
        assert!(!order_a_book(bff, "alice").await.status.is_success(), "{mode}");
        assert_eq!(asked_for(bff, "alice").await[1], 1, "{mode}");
    }
}

#[tokio::test]
async fn a_write_whose_client_hangs_up_may_have_been_done() {
    let bff = web_where_all_say("max-age=600").await;
    asked_for(&bff, "alice").await;
    bff.services.set("orders.place", Mode::Hang);
    let body = r#"{"items":[{"sku":"BK-978022","quantity":1}]}"#;
    let lines = [
        bearer(&bff.token("alice").sign()),
        "Content-Type: application/json".to_owned(),
        format!("Content-Length: {}", body.len()),
    ];
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("POST", "/api/orders", &lines)).await;
    wire.send(body).await;
    until("it is on its way", || bff.services.count("orders.place") == 1).await;
    assert_eq!(asked_for(&bff, "alice").await, [0, 0, 0], "it has not ended");
    drop(wire);
    let calls = bff.running().calls("orders").expect("a service of this BFF");
    until("it is given up", || calls.cancelled() == 1).await;
    assert_eq!(asked_for(&bff, "alice").await, [0, 1, 1]);
}

#[tokio::test]
async fn a_tag_ends_its_callers_answers_or_everybodys() {
    let bff = exact(tiny()).start().await;
    bff.services.says("users", "max-age=600");
    let paths = ["/people/plain/alice", PEOPLE];
    let ended = async |user: &str| {
        let mut ended = [0, 0];
        for (place, path) in paths.into_iter().enumerate() {
            bff.services.clear();
            assert_eq!(bff.as_user(user).get(path).await.degraded(), []);
            ended[place] = bff.services.count("users");
        }
        ended
    };
    assert_eq!(
        (ended("alice").await, ended("bob").await),
        ([1, 1], [1, 0]),
        "the second path is everybody's"
    );
    for (write, alices, bobs) in
        [("own", [0, 0], [0, 0]), ("caller", [1, 0], [0, 0]), ("all", [1, 1], [1, 0])]
    {
        let written = bff.as_user("alice").post(&format!("/orders/{write}"), &json!({})).await;
        assert_eq!(written.degraded(), [], "{write}");
        assert_eq!((ended("alice").await, ended("bob").await), (alices, bobs), "{write}");
    }
}

#[tokio::test]
async fn an_answer_on_its_way_is_not_given_to_who_asks_after_the_write() {
    let bff = web_where_all_say("max-age=600").await;
    asked_for(&bff, "alice").await;
    order_a_book(&bff, "alice").await;
    bff.services.next("orders.recent", [Mode::Slow(Duration::from_millis(700))]);
    bff.services.clear();
    let slow = overview(&bff, "alice");
    let then = async {
        until("it is on its way", || bff.services.count("orders.recent") == 1).await;
        let placed = order_a_book(&bff, "alice").await.json()["order"]["id"].clone();
        let after = overview(&bff, "alice").await;
        assert_eq!(after.json()["orders"][0]["id"], placed, "from after it");
        assert_eq!(bff.services.count("orders.recent"), 2);
        after
    };
    let (_, after) = tokio::join!(slow, then);
    assert_eq!(overview(&bff, "alice").await.json()["orders"], after.json()["orders"]);
    assert_eq!(bff.services.count("orders.recent"), 2, "and the late one has not replaced it");
}

//! Bodies of `POST /api/orders` that are not what the route expects, too large, or too slow. No order is ever placed.

use std::time::{Duration, Instant};

use bff_testkit::{Reply, TestBff};
use bff_tests::{
    Wire, assert_problem,
    wire::{bearer, head},
};
use http::Method;

const ORDERS: &str = "/api/orders";
const GOOD: &str = r#"{"items":[{"sku":"BK-978022","quantity":1}]}"#;
const LIMIT: usize = 256 << 10;

async fn post(bff: &TestBff, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    let session = bff.as_user("alice").header("content-type", content_type);
    session.request(Method::POST, ORDERS, Some(body.into())).await
}

/// The head of a POST of JSON with this line about its length.
fn post_head(bff: &TestBff, length: &str) -> String {
    let token = bearer(&bff.token("alice").sign());
    head("POST", ORDERS, &[token, "Content-Type: application/json".to_owned(), length.to_owned()])
}

#[tokio::test]
async fn only_json_is_read() {
    let bff = TestBff::start(bff_web::bff()).await;
    for content_type in ["text/plain", "", "application/json5", "application/x-www-form-urlencoded", "json"] {
        let detail = assert_problem(&post(&bff, content_type, GOOD).await, 415, "unsupported_media_type");
        assert_eq!(detail, "send application/json", "{content_type}");
    }
    assert!(bff.services.all_seen().is_empty());
    for content_type in ["application/json", "Application/JSON; charset=utf-8"] {
        let reply = post(&bff, content_type, GOOD).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["order"]["customer"]), (200, &"alice".into()));
    }
}

#[tokio::test]
async fn a_body_that_is_no_order_is_told_where_it_is_wrong() {
    let bff = TestBff::start(bff_web::bff()).await;
    let deep = format!(r#"{{"items":{}"#, "[".repeat(100_000));
    let cases: [(&str, &[u8], &str); 13] = [
        ("empty", b"", "line 1 column 0"),
        ("cut", br#"{"items":[{"sku":"#, "line 1 column 17"),
        ("no JSON", b"{\"items\":\n  oops}", "line 2 column 3"),
        ("more after it", br#"{"items":[]} {}"#, "line 1 column 14"),
        ("a list", b"[]", "line 1"),
        ("an unknown field", br#"{"items":[],"price":1}"#, "unknown field `price`"),
        ("no items", b"{}", "missing field `items`"),
        ("empty items", br#"{"items":[]}"#, "items: at least one"),
        ("a wrong type within", br#"{"items":[{"sku":"a","quantity":"1"}]}"#, "items[0].quantity"),
        ("a negative quantity", br#"{"items":[{"sku":"a","quantity":-1}]}"#, "items[0].quantity"),
        ("a field twice", br#"{"items":[],"items":[]}"#, "duplicate field `items`"),
        ("not UTF-8", b"{\"items\":[{\"sku\":\"\xff\",\"quantity\":1}]}", "line 1"),
        ("100,000 levels deep", deep.as_bytes(), "line 1"),
    ];
    for (name, body, place) in cases {
        let detail = assert_problem(&post(&bff, "application/json", body).await, 400, "invalid_body");
        assert!(detail.contains(place), "{name}: {detail}");
    }
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(post(&bff, "application/json", GOOD).await.status, 200);
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_comes() {
    let bff = TestBff::start(bff_web::bff()).await;
    for more in ["", "\r\nExpect: 100-continue"] {
        let mut wire = Wire::to(bff.address()).await;
        wire.send(post_head(&bff, &format!("Content-Length: {}{more}", LIMIT + 1))).await;
        let detail = assert_problem(&wire.reply().await, 413, "body_too_large");
        assert_eq!(detail, "at most 262144 bytes");
    }
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_body_of_unknown_length_is_cut_at_the_limit() {
    let bff = TestBff::start(bff_web::bff()).await;
    let mut wire = Wire::to(bff.address()).await;
    wire.send(post_head(&bff, "Transfer-Encoding: chunked")).await;
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    for _ in 0..LIMIT / 0x8000 {
        wire.send(&chunk).await;
    }
    assert!(wire.is_silent_for(Duration::from_millis(50)).await, "exactly the limit is still fine");
    wire.send("1\r\n \r\n").await;
    assert_problem(&wire.reply().await, 413, "body_too_large");
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let bff = TestBff::start(bff_web::bff()).await;
    let padded = format!("{}{GOOD}", " ".repeat(LIMIT - GOOD.len()));
    assert_eq!(post(&bff, "application/json", padded.clone()).await.status, 200);
    let mut wire = Wire::to(bff.address()).await;
    wire.send(post_head(&bff, "Transfer-Encoding: chunked")).await;
    wire.send(format!("{LIMIT:x}\r\n{padded}\r\n0\r\n\r\n")).await;
    assert_eq!(wire.reply().await.status, 200);
    assert_eq!(bff.services.count("orders.place"), 2);
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_times_out() {
    let bff = TestBff::with(bff_web::bff())
        .set("server.body_timeout", "250ms")
        .set("screen.deadline", "10s")
        .start()
        .await;
    let length = format!("Content-Length: {}", GOOD.len());
    let began = Instant::now();
    let mut wire = Wire::to(bff.address()).await;
    wire.send(post_head(&bff, &length)).await;
    // A byte now and then does not help: the time is for the whole body.
    let trickle = async {
        for byte in GOOD.as_bytes().chunks(1).take(GOOD.len() / 2) {
            wire.send(byte).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        wire.reply().await
    };
    assert_problem(&trickle.await, 408, "body_timeout");
    assert!(began.elapsed() >= Duration::from_millis(250));
    assert!(bff.services.all_seen().is_empty());

    let mut wire = Wire::to(bff.address()).await;
    let (first, second) = GOOD.split_at(10);
    wire.send(post_head(&bff, &length)).await;
    wire.send(first).await;
    assert!(wire.is_silent_for(Duration::from_millis(20)).await);
    wire.send(second).await;
    assert_eq!(wire.reply().await.status, 200, "in pieces, and in time");
}

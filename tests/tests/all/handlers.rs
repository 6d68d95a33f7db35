//! What handlers do wrong, in a tiny BFF: panic, sleep, answer errors as text. Every error leaves as a problem.

use std::time::{Duration, Instant};

use bff_core::{axum, prelude::*};
use bff_testkit::TestBff;
use bff_tests::{Wire, assert_problem, wire::head};
use http::{HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Item {
    name: String,
}

async fn panics() -> &'static str {
    panic!("the secret is 42")
}

async fn panics_later() -> &'static str {
    tokio::task::yield_now().await;
    std::env::var("NO_SUCH_VARIABLE").expect("the secret is 43");
    "never"
}

async fn sleeps() -> &'static str {
    tokio::time::sleep(Duration::from_millis(800)).await;
    "rested"
}

async fn conflict() -> Result<&'static str, Problem> {
    let retry = (header::RETRY_AFTER, HeaderValue::from_static("7"));
    let problem = Problem::new(Code::Conflict).with_detail("it was sold").with_reason("the secret is 44");
    Err(problem.with_header(retry.0, retry.1))
}

async fn text(Path(status): Path<u16>) -> (StatusCode, &'static str) {
    (StatusCode::from_u16(status).expect("a status"), "select * from secret")
}

async fn own_json() -> (StatusCode, axum::Json<Item>) {
    (StatusCode::CONFLICT, axum::Json(Item { name: "ours".to_owned() }))
}

async fn raw(axum::Json(item): axum::Json<Item>) -> String {
    item.name
}

/// Its deadline is 200 ms, a quarter of what `sleeps` takes.
async fn start() -> TestBff {
    let routes = Routes::new()
        .get("/panics", panics, public())
        .get("/panics-later", panics_later, public())
        .get("/sleeps", sleeps, public())
        .get("/sleeps-with-more-time", sleeps, public())
        .deadline(Duration::from_secs(5))
        .get("/sleeps-with-less-time", sleeps, public())
        .deadline(Duration::from_millis(50))
        .get("/conflict", conflict, public())
        .get("/text/{status}", text, public())
        .get("/own-json", own_json, public())
        .post("/raw", raw, public());
    let bff = Bff::new("bff-tiny", "tiny.toml", "").routes(routes);
    TestBff::with(bff).set("screen.deadline", "200ms").start().await
}

#[tokio::test]
async fn a_panic_is_a_500_for_its_request_and_nothing_else() {
    let bff = start().await;
    let mut wire = Wire::to(bff.address()).await;
    for path in ["/panics", "/panics-later"] {
        assert_problem(&wire.get(path, &[]).await, 500, "internal");
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        assert_eq!((&line["status"], &line["level"]), (&500.into(), &"ERROR".into()));
        assert!(line["reason"].as_str().is_some_and(|reason| reason.contains("the secret is 4")), "{line}");
    }
    assert_problem(&wire.get("/conflict", &[]).await, 409, "conflict");
}

#[tokio::test]
async fn a_handler_ends_at_its_deadline() {
    let bff = start().await;
    for (path, deadline) in [("/sleeps", 200), ("/sleeps-with-less-time", 50)] {
        let began = Instant::now();
        assert_problem(&bff.anonymous().get(path).await, 504, "deadline_exceeded");
        assert!(began.elapsed() >= Duration::from_millis(deadline), "{path}");
        assert!(began.elapsed() < Duration::from_millis(800), "{path} took {:?}", began.elapsed());
    }
    assert_eq!(bff.anonymous().get("/sleeps-with-more-time").await.body, b"rested");
}

#[tokio::test]
async fn a_client_shortens_a_routes_own_deadline_and_never_lengthens_it() {
    let bff = start().await;
    let ask = async |path: &str, millis: u32| {
        bff.anonymous().header("X-Request-Timeout-Ms", millis).get(path).await
    };
    assert_problem(&ask("/sleeps-with-more-time", 50).await, 504, "deadline_exceeded");
    assert_problem(&ask("/sleeps-with-less-time", 60_000).await, 504, "deadline_exceeded");
    assert_eq!(ask("/sleeps-with-more-time", 4000).await.status, 200);
}

#[tokio::test]
async fn a_problem_says_its_detail_to_the_client_and_its_reason_to_the_log() {
    let bff = start().await;
    let reply = bff.anonymous().get("/conflict").await;
    assert_eq!(assert_problem(&reply, 409, "conflict"), "it was sold");
    assert_eq!(reply.header("retry-after"), "7");
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert_eq!(line["reason"], "the secret is 44");
}

#[tokio::test]
async fn an_error_as_text_becomes_a_problem_without_the_text() {
    let bff = start().await;
    let cases = [
        (400, 400, "bad_request"),
        (401, 401, "invalid_token"),
        (403, 403, "forbidden"),
        (404, 404, "not_found"),
        (409, 409, "conflict"),
        (418, 418, "bad_request"),
        (422, 422, "invalid_body"),
        (429, 429, "too_many_requests"),
        (500, 500, "internal"),
        (502, 502, "service_failed"),
        (503, 503, "overloaded"),
        (504, 504, "deadline_exceeded"),
        (507, 507, "internal"),
    ];
    for (said, status, code) in cases {
        assert_problem(&bff.anonymous().get(&format!("/text/{said}")).await, status, code);
    }
    assert_eq!(bff.anonymous().get("/text/200").await.body, b"select * from secret", "no error, no problem");
    let own = bff.anonymous().get("/own-json").await;
    assert_eq!((own.status.as_u16(), &own.json()["name"]), (409, &"ours".into()), "JSON of its own stays");
}

#[tokio::test]
async fn what_axums_own_extractor_rejects_becomes_a_problem() {
    let bff = start().await;
    let post = async |content_type: &str, body: &str| {
        let session = bff.anonymous().header("content-type", content_type);
        session.request(Method::POST, "/raw", Some(body.into())).await
    };
    assert_problem(&post("text/plain", "{}").await, 415, "unsupported_media_type");
    assert_problem(&post("application/json", "{").await, 400, "bad_request");
    assert_problem(&post("application/json", "{}").await, 422, "invalid_body");
    let mut wire = Wire::to(bff.address()).await;
    let lines = ["Content-Type: application/json".to_owned(), "Transfer-Encoding: chunked".to_owned()];
    wire.send(head("POST", "/raw", &lines)).await;
    wire.send(format!("41000\r\n{}\r\n", " ".repeat(0x41000))).await;
    assert_problem(&wire.reply().await, 413, "body_too_large");
    assert_eq!(post("application/json", r#"{"name":"n"}"#).await.body, b"n");
}

//! HTTP/1.1 and HTTP/2 on one port: keep-alive, pipelining, HEAD, many streams.

use bff_testkit::TestBff;
use bff_tests::{
    Wire, assert_problem,
    wire::{bearer, head},
};
use futures::future::join_all;

use super::OVERVIEW;

/// A client that speaks HTTP/2 from its first byte.
pub fn http2_client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge();
    client.build().expect("a client without TLS always builds")
}

#[expect(clippy::disallowed_methods, reason = "a test is a client of the BFF")]
pub async fn send(request: reqwest::RequestBuilder) -> reqwest::Response {
    request.send().await.expect("the BFF answers")
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let bff = TestBff::start(bff_web::bff()).await;
    let token = [bearer(&bff.token("alice").sign())];
    let mut wire = Wire::to(bff.address()).await;
    for _ in 0..3 {
        assert_eq!(wire.get(OVERVIEW, &token).await.status, 200);
        assert_problem(&wire.get("/nowhere", &token).await, 404, "unknown_path");
        assert_problem(&wire.get(OVERVIEW, &[]).await, 401, "missing_token");
    }
}

#[tokio::test]
async fn a_client_that_asks_for_the_end_gets_it() {
    let bff = TestBff::start(bff_web::bff()).await;
    let mut wire = Wire::to(bff.address()).await;
    let reply = wire.get("/nowhere", &["Connection: close".to_owned()]).await;
    assert_eq!((reply.status.as_u16(), reply.header("connection")), (404, "close"));
    wire.closed().await;
    let mut wire = Wire::to(bff.address()).await;
    wire.send("GET /nowhere HTTP/1.0\r\n\r\n").await;
    assert_eq!(wire.reply().await.status, 404);
    wire.closed().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let bff = TestBff::start(bff_web::bff()).await;
    let token = [bearer(&bff.token("alice").sign())];
    let mut wire = Wire::to(bff.address()).await;
    let requests: String =
        [OVERVIEW, "/api/orders/ord-1001", "/nowhere"].map(|path| head("GET", path, &token)).concat();
    wire.send(requests).await;
    assert_eq!(wire.reply().await.json()["profile"]["id"], "alice");
    assert_eq!(wire.reply().await.json()["order"]["id"], "ord-1001");
    assert_problem(&wire.reply().await, 404, "unknown_path");
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let bff = TestBff::start(bff_web::bff()).await;
    let token = [bearer(&bff.token("alice").sign())];
    let mut wire = Wire::to(bff.address()).await;
    let get = wire.get(OVERVIEW, &token).await;
    wire.send(head("HEAD", OVERVIEW, &token)).await;
    let (status, headers) = wire.reply_head().await;
    assert_eq!(status, 200);
    for name in ["content-type", "content-length", "cache-control"] {
        assert_eq!(headers.get(name), get.headers.get(name), "{name}");
    }
    assert!(wire.left_over().is_empty());
    let next = wire.get("/nowhere", &token).await;
    assert_problem(&next, 404, "unknown_path");
    wire.send(head("HEAD", "/nowhere", &token)).await;
    assert_eq!(wire.reply_head().await.0, 404);
    assert_eq!(wire.get(OVERVIEW, &token).await.status, 200, "no body was in between");
}

#[tokio::test]
async fn http2_is_spoken_on_the_same_port_with_many_streams() {
    let bff = TestBff::start(bff_web::bff()).await;
    let client = http2_client();
    let url = format!("http://{}{OVERVIEW}", bff.address());
    let token = bff.token("alice").sign();
    let replies = join_all((0..20).map(|_| send(client.get(&url).bearer_auth(&token)))).await;
    for reply in replies {
        assert_eq!((reply.status(), reply.version()), (http::StatusCode::OK, http::Version::HTTP_2));
        let body = reply.bytes().await.expect("a whole body");
        let json: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(json["profile"]["id"], "alice");
    }
    let refused = send(client.get(&url)).await;
    assert_eq!(refused.status(), 401);
    let seen = bff.services.seen("users.get");
    assert!(seen.iter().all(|seen| seen.header_values("x-user-id").eq(["alice"])));
    drop(client);
    bff.drain().await;
}

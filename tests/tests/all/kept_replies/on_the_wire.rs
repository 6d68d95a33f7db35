//! Replies without a body in their two protocols: what is announced, and what comes after them on the connection.

use bff_testkit::{Reply, TestBff};
use bff_tests::{
    Wire,
    wire::{bearer, head},
};
use http::{Method, header};

use super::{NO_CACHE, assert_not_modified, kept};
use crate::{
    OVERVIEW,
    protocols::{http2_client, send},
};

#[tokio::test]
async fn a_connection_goes_on_after_a_reply_without_a_body() {
    let bff = TestBff::start(bff_web::bff()).await;
    let token = bearer(&bff.token("alice").sign());
    let mut wire = Wire::to(bff.address()).await;
    let first = wire.get(OVERVIEW, std::slice::from_ref(&token)).await;
    let tag = first.header("etag").to_owned();
    let conditional = [token.clone(), format!("If-None-Match: {tag}")];
    for _ in 0..2 {
        assert_not_modified(&wire.get(OVERVIEW, &conditional).await, &tag);
        assert!(wire.left_over().is_empty());
    }
    assert_eq!(wire.get(OVERVIEW, std::slice::from_ref(&token)).await.body, first.body);
    let pipelined = [head("GET", OVERVIEW, &conditional), head("GET", OVERVIEW, &[token])];
    wire.send(pipelined.concat()).await;
    assert_not_modified(&wire.reply().await, &tag);
    assert_eq!(wire.reply().await.body, first.body);
}

#[tokio::test]
async fn over_http2_it_is_the_same() {
    let bff = TestBff::start(bff_web::bff()).await;
    let (client, token) = (http2_client(), bff.token("alice").sign());
    let ask = async |method: Method, tag: &str| {
        let request = client.request(method, format!("http://{}{OVERVIEW}", bff.address()));
        let response = send(request.bearer_auth(&token).header(header::IF_NONE_MATCH, tag)).await;
        assert_eq!(response.version(), http::Version::HTTP_2);
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, body: response.bytes().await.expect("a whole body").to_vec() }
    };
    let first = ask(Method::GET, "\"other\"").await;
    let tag = first.header("etag").to_owned();
    assert_eq!(kept(&first), (200, NO_CACHE, &*tag, "Authorization"));
    for method in [Method::GET, Method::HEAD] {
        assert_not_modified(&ask(method, &tag).await, &tag);
    }
    let mut again = ask(Method::GET, "\"other\"").await;
    assert_eq!(again.body, first.body);
    again = ask(Method::HEAD, "\"other\"").await;
    assert_eq!((kept(&again), again.body.len()), (kept(&first), 0));
    assert_eq!(again.header("content-length"), first.body.len().to_string());
    drop(client);
    bff.drain().await;
}

#[tokio::test]
async fn head_says_what_get_says() {
    let bff = TestBff::start(bff_web::bff()).await;
    let token = bearer(&bff.token("alice").sign());
    let mut wire = Wire::to(bff.address()).await;
    let get = wire.get(OVERVIEW, std::slice::from_ref(&token)).await;
    wire.send(head("HEAD", OVERVIEW, std::slice::from_ref(&token))).await;
    let (status, headers) = wire.reply_head().await;
    assert_eq!((status, get.header("content-length")), (get.status, &*get.body.len().to_string()));
    for name in ["content-type", "content-length", "cache-control", "etag", "vary"] {
        assert_eq!(headers.get(name), get.headers.get(name), "{name}");
    }
    let tag = get.header("etag");
    wire.send(head("HEAD", OVERVIEW, &[token.clone(), format!("If-None-Match: {tag}")])).await;
    let (status, headers) = wire.reply_head().await;
    assert_not_modified(&Reply { status, headers, body: wire.left_over().to_vec() }, tag);
    assert_eq!(wire.get(OVERVIEW, &[token]).await.body, get.body, "no body was in between");
}

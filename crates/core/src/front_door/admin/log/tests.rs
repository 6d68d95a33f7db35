use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::{
    auth::{Authenticator, Revocations, Verifier},
    config::{self, Sources},
};

fn switch() -> MethodRouter {
    let sources = Sources::builtin("config.toml", "auth.public_only = true\nlog.success_per_second = 7");
    let config = config::load(&sources, &[]).expect("a good configuration");
    let verifier = Verifier::new(&config.auth).expect("no keys");
    let authenticator = Authenticator::new(&config.auth, verifier, None, Revocations::default());
    router(&Shared::for_test(config, authenticator))
}

async fn ask(router: &MethodRouter, method: &str, headers: &[(&str, &str)], body: &Value) -> (u16, String) {
    let request = Request::builder().method(method).uri("/log");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = request.body(Body::from(body.to_string())).expect("a request");
    let reply = router.clone().oneshot(request).await.expect("a router answers");
    let status = reply.status().as_u16();
    let body = to_bytes(reply.into_body(), 1 << 16).await.expect("a short body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn shown(router: &MethodRouter) -> Value {
    let (status, text) = ask(router, "GET", &[], &Value::Null).await;
    assert_eq!(status, 200);
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test(start_paused = true)]
async fn a_change_ends_by_itself_and_the_last_one_decides_when() {
    let router = switch();
    let before = shown(&router).await;
    assert_eq!((&before["success_per_second"], &before["access"]), (&json!(7), &json!(true)));
    assert_eq!((before.get("until"), &before["configured"]["level"]), (None, &json!("info")));

    let (status, _) = ask(&router, "PUT", &[JSON], &json!({"success_per_second": 0, "for": "1m"})).await;
    assert_eq!(status, 200);
    tokio::time::sleep(std::time::Duration::from_secs(50)).await;
    let (status, text) = ask(&router, "PUT", &[JSON], &json!({"access": false})).await;
    assert_eq!(status, 200, "{text}");
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    let after = shown(&router).await;
    assert_eq!(
        (&after["success_per_second"], &after["access"]),
        (&json!(0), &json!(false)),
        "the first end is void"
    );
    assert!(after["until"].is_string());

    tokio::time::sleep(std::time::Duration::from_mins(10)).await;
    assert_eq!(shown(&router).await, before);
}

#[tokio::test(start_paused = true)]
async fn it_can_be_ended_at_once() {
    let router = switch();
    let before = shown(&router).await;
    ask(&router, "PUT", &[JSON], &json!({"access": false, "for": "24h"})).await;
    assert_eq!(shown(&router).await["access"], false);
    assert_eq!(ask(&router, "DELETE", &[], &Value::Null).await.0, 200);
    assert_eq!(shown(&router).await, before);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_change_is_refused_whole() {
    let router = switch();
    let before = shown(&router).await;
    for (status, headers, body, says) in [
        (400, vec![JSON], json!({}), "say level"),
        (400, vec![JSON], json!({"levl": "info"}), "levl"),
        (400, vec![JSON], json!({"access": "no"}), "access"),
        (400, vec![JSON], json!({"access": false, "for": "25h"}), "for: \"25h\""),
        (400, vec![JSON], json!({"access": false, "for": "0s"}), "for: \"0s\""),
        (400, vec![JSON], json!({"access": false, "for": "ten"}), "for: \"ten\""),
        (400, vec![JSON], json!("info"), "invalid type"),
        (415, vec![], json!({"access": false}), "application/json"),
        (415, vec![("content-type", "text/plain")], json!({"access": false}), "application/json"),
        (403, vec![JSON, ("origin", "http://evil.example")], json!({"access": false}), "Origin"),
        (403, vec![JSON, ("origin", "null")], json!({"access": false}), "Origin"),
        // Another subscriber than ours: nobody has installed one here.
        (409, vec![JSON], json!({"level": "debug", "access": false}), "not ours"),
    ] {
        let (found, text) = ask(&router, "PUT", &headers, &body).await;
        assert!(found == status && text.contains(says), "{body}: {found} {text}");
    }
    assert_eq!(ask(&router, "DELETE", &[("origin", "http://evil.example")], &Value::Null).await.0, 403);
    assert_eq!(ask(&router, "POST", &[JSON], &json!({"access": false})).await.0, 405);
    assert_eq!(shown(&router).await, before);
}

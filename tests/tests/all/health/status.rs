//! `/status`: what it says to programs and to people.

use bff_testkit::Mode;
use bff_tests::comes_true;
use serde_json::{Value, json};

use super::*;

/// What is so of a service.
async fn service(bff: &TestBff, name: &str) -> Value {
    let status = ask(bff, "/status", &[]).await.json();
    let services = status["services"].as_array().expect("a list");
    services.iter().find(|service| service["name"] == name).cloned().expect("it is there")
}

#[tokio::test]
async fn a_program_gets_json_and_a_browser_a_page() {
    let bff = TestBff::start(bff_web::bff()).await;
    for accept in [None, Some("Accept: */*"), Some("Accept: application/json")] {
        let lines: Vec<_> = accept.iter().map(ToString::to_string).collect();
        let reply = ask(&bff, "/status", &lines).await;
        assert_eq!(reply.header("content-type"), "application/json", "{accept:?}");
        assert_eq!((reply.header("cache-control"), reply.header("vary")), ("no-store", "accept"));
        assert_eq!(reply.json()["name"], "bff-web");
    }
    let browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned();
    let reply = ask(&bff, "/status", &[browser]).await;
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!((reply.header("cache-control"), reply.header("vary")), ("no-store", "accept"));
    assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
    let page = String::from_utf8(reply.body).expect("UTF-8");
    for said in ["<h1>bff-web: ready</h1>", "http-equiv=\"refresh\"", ">users <", ">orders <", "closed for "]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("src="), "{page}");
}

#[tokio::test]
async fn clients_do_not_reach_it() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff_tests::assert_problem(&bff.as_user("alice").get("/status").await, 404, "unknown_path");
}

#[tokio::test]
async fn it_says_how_a_service_does_and_what_its_last_failure_said() {
    let bff = TestBff::with(bff_web::bff()).set("services.orders.coalesce", false);
    let bff = bff.set("services.orders.cache", false).set("services.orders.retry.attempts", 0);
    let bff = bff.set("services.orders.breaker.open_for", "60s").start().await;
    let quiet = service(&bff, "orders").await;
    assert_eq!((&quiet["recent"]["success_percent"], &quiet["last_failure"]), (&Value::Null, &Value::Null));
    for _ in 0..3 {
        assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    }
    let well = service(&bff, "orders").await;
    assert_eq!((&well["recent"]["attempts"], &well["recent"]["failed"]), (&json!(3), &json!(0)));
    assert_eq!(well["recent"]["success_percent"], 100.0);
    assert!(well["recent"]["p99_ms"].as_f64().is_some_and(|millis| millis > 0.0), "{well}");
    assert_eq!(well["endpoints"][0]["breaker"]["state"], "closed");

    bff.services.set("orders", Mode::Fail(503));
    for _ in 0..5 {
        let _ = bff.as_user("alice").get(OVERVIEW).await;
    }
    let ill = service(&bff, "orders").await;
    assert_eq!((&ill["recent"]["attempts"], &ill["recent"]["failed"]), (&json!(8), &json!(5)), "{ill}");
    assert_eq!(ill["recent"]["success_percent"], 37.5);
    assert_eq!(ill["calls"]["failed"], json!({ "unavailable": 5 }));
    assert_eq!(ill["last_failure"]["reason"], "unavailable");
    assert_eq!(ill["last_failure"]["operation"], "orders.recent");
    assert_eq!(ill["last_failure"]["detail"], "the service answered Unavailable");
    let breaker = &ill["endpoints"][0]["breaker"];
    assert_eq!((&breaker["state"], &ill["breaker_turns"]["open"]), (&json!("open"), &json!(1)), "{breaker}");
    assert!(breaker["probe_in_seconds"].as_f64().is_some_and(|wait| wait > 0.0 && wait <= 75.0), "{breaker}");

    // What its breaker turned away does not hide why.
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.degraded(), [("orders".to_owned(), "open_breaker".to_owned())]);
    assert_eq!(service(&bff, "orders").await["last_failure"]["reason"], "unavailable");
}

#[tokio::test]
async fn it_counts_what_is_in_flight() {
    let bff = TestBff::with(bff_web::bff()).set("screen.deadline", "60s");
    let bff =
        bff.set("services.users.timeout", "60s").set("services.users.attempt_timeout", "60s").start().await;
    assert_eq!(service(&bff, "users").await["bulkhead"], json!({ "limit": 64, "in_flight": 0 }));
    bff.services.set("users", Mode::Hang);
    let mut wire = Wire::to(bff.address()).await;
    let bearer = bff_tests::wire::bearer(&bff.token("alice").sign());
    wire.send(bff_tests::wire::head("GET", OVERVIEW, &[bearer])).await;
    comes_true("a call is in flight", async || {
        let users = service(&bff, "users").await;
        users["bulkhead"]["in_flight"] == 1 && users["calls"]["in_flight"] == 1
    })
    .await;
    drop(wire);
    comes_true("its client left", async || {
        let users = service(&bff, "users").await;
        let cancelled = users["calls"]["cancelled"] == 1 && users["bulkhead"]["in_flight"] == 0;
        cancelled && users["recent"]["failed"] == 0
    })
    .await;
}

/// The schema, with all that is another value each time taken out.
#[tokio::test]
async fn the_schema_is_what_is_documented() {
    let bff = TestBff::with(bff_web::bff()).set("services.users.health.path", "/health");
    let bff = bff.set("services.users.retry.attempts", 0).set("services.users.cache", false).start().await;
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    bff.services.set("users", Mode::Fail(500));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 502);
    comes_true("it is checked", async || {
        service(&bff, "users").await["endpoints"][0]["check"]["checked_seconds_ago"].is_number()
    })
    .await;
    let mut status = ask(&bff, "/status", &[]).await.json();
    status["services"].as_array_mut().expect("a list").retain(|service| service["name"] == "users");
    redact(&mut status);
    insta::assert_json_snapshot!(status);
}

/// Instants, durations, ports and what the machine is like.
fn redact(value: &mut Value) {
    const NAMES: [&str; 8] =
        ["config_hash", "at", "version", "revision", "memory", "busy", "url", "addresses"];
    const ENDS: [&str; 3] = ["_seconds", "_ago", "_ms"];
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut().filter(|(_, member)| !member.is_null()) {
                if NAMES.contains(&name.as_str()) || ENDS.iter().any(|end| name.ends_with(end)) {
                    *member = format!("[{name}]").into();
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[tokio::test]
async fn two_instances_with_the_same_configuration_have_the_same_hash() {
    let start = async |timeout: &str| {
        let bff = TestBff::with(bff_web::bff()).set("services.users.timeout", timeout);
        // The mocks' ports are part of the configuration.
        let ports = ["users", "orders", "notifications", "invoices", "reports"];
        let bff = ports
            .iter()
            .filter(|name| bff_web::bff().uses(name))
            .fold(bff, |bff, name| bff.set(&format!("services.{name}.url"), "http://127.0.0.1:9"));
        let bff = bff.start().await;
        ask(&bff, "/status", &[]).await.json()["config_hash"].clone()
    };
    let one = start("500ms").await;
    assert!(one.as_str().is_some_and(|hash| hash.len() == 16), "{one}");
    assert_eq!(start("500ms").await, one);
    assert_ne!(start("501ms").await, one);
}

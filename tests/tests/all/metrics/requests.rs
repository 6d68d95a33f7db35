//! What clients get, by route and method.

use bff_testkit::Mode;
use bff_tests::{
    until,
    wire::{bearer, head},
};
use serde_json::json;

use super::*;

const COUNT: &str = "http_server_request_duration_seconds_count";

#[tokio::test]
async fn a_request_is_counted_by_its_template_its_method_and_its_status() {
    let bff = TestBff::start(bff_web::bff()).await;
    let alice = bff.as_user("alice");
    for id in ["ord-1006", "ord-1007", "no-such-order"] {
        alice.get(&format!("/api/orders/{id}")).await;
    }
    assert_eq!(alice.request(http::Method::HEAD, OVERVIEW, None).await.status, 200);
    assert_eq!(bff.anonymous().get(OVERVIEW).await.status, 401);
    let order = json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    let placed = alice.post("/api/orders", &order).await;
    assert!(placed.status.is_success());

    let seen = scrape(&bff).await;
    let route = |method, route| [("http_request_method", method), ("http_route", route)];
    let orders = route("GET", "/api/orders/{id}");
    assert_eq!(seen.count(COUNT, &orders), 3);
    assert_eq!(
        seen.count(COUNT, &with(&orders, &[("http_response_status_code", "404"), ("error_type", "")])),
        1
    );
    assert_eq!(seen.count(COUNT, &with(&SCREEN, &[("http_response_status_code", "401")])), 1);
    assert_eq!(
        seen.count(COUNT, &with(&route("HEAD", OVERVIEW), &[("http_response_status_code", "200")])),
        1
    );
    let writes = route("POST", "/api/orders");
    assert_eq!(seen.count(COUNT, &writes), 1);
    let size = |bytes: usize| u64::try_from(bytes).expect("a short body");
    let sent = seen.count("http_server_request_body_size_bytes_sum", &writes);
    assert_eq!(sent, size(order.to_string().len()));
    let got = seen.count("http_server_response_body_size_bytes_sum", &writes);
    assert_eq!(got, size(placed.body.len()));
    assert_eq!(seen.count("http_server_response_body_size_bytes_count", &route("HEAD", OVERVIEW)), 0);
    for sample in seen.of(COUNT, &[]) {
        assert!(!sample.labels["http_route"].contains("ord-1"), "{sample:?}");
    }
}

#[tokio::test]
async fn only_what_is_our_fault_is_an_error_and_has_the_name_of_its_problem() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("users", Mode::Fail(500));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 502);
    assert_eq!(bff.as_user("alice").get("/nowhere").await.status, 404);
    let seen = scrape(&bff).await;
    let failed = with(&SCREEN, &[("http_response_status_code", "502"), ("error_type", "service_failed")]);
    assert_eq!(seen.count(COUNT, &failed), 1);
    assert_eq!(seen.count(COUNT, &[("http_route", "unmatched"), ("error_type", "")]), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_is_no_error_and_no_latency() {
    let bff =
        TestBff::with(bff_web::bff()).set("screen.deadline", "60s").set("services.users.timeout", "60s");
    let bff = bff.set("services.users.attempt_timeout", "60s").start().await;
    bff.services.set("users", Mode::Hang);
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
    until("the call is on its way", || bff.services.count("users.get") == 1).await;
    let during = scrape(&bff).await;
    assert_eq!(during.count("http_server_active_requests", &[]), 1);
    assert_eq!(during.count("bff_client_active_calls", &[("bff_service", "users")]), 1);
    drop(wire);
    bff.log_lines(1).await;

    let after = scrape(&bff).await;
    assert_eq!(after.count("http_server_active_requests", &[]), 0);
    assert_eq!(after.count("bff_server_cancelled_total", &SCREEN), 1);
    assert_eq!(after.count(COUNT, &SCREEN), 0);
    assert_eq!(after.count("bff_screen_replies_total", &SCREEN), 0, "nobody got one");
    let profile = with(&SCREEN, &[("bff_section", "profile")]);
    let cancelled = with(&profile, &[("bff_outcome", "cancelled")]);
    assert_eq!(after.count("bff_section_answers_total", &cancelled), 1);
    assert_eq!(after.count("bff_section_duration_seconds_count", &profile), 0);
    let users = [("bff_service", "users")];
    assert_eq!(after.count("bff_client_calls_total", &with(&users, &[("bff_outcome", "cancelled")])), 1);
    assert_eq!(after.count("bff_client_calls_total", &with(&users, &[("bff_outcome", "failed")])), 0);
    assert_eq!(after.count("http_client_request_duration_seconds_count", &users), 0, "nobody waited for it");
}

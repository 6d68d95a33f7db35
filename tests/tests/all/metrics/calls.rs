//! Calls on services and the attempts that they took, over HTTP and gRPC.

use bff_testkit::Mode;

use super::*;

const HTTP: &str = "http_client_request_duration_seconds_count";
const GRPC: &str = "rpc_client_duration_milliseconds_count";
const CALLS: &str = "bff_client_calls_total";

#[tokio::test]
async fn an_attempt_has_its_status_and_a_call_what_became_of_it() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.next("users.get", [Mode::Fail(503)]);
    bff.services.next("orders.recent", [Mode::Fail(503)]);
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), vec![]);

    let seen = scrape(&bff).await;
    let users = [("bff_service", "users"), ("bff_operation", "users.get"), ("http_request_method", "GET")];
    for (status, error) in [("503", "unavailable"), ("200", "")] {
        let labels = with(&users, &[("http_response_status_code", status), ("error_type", error)]);
        assert_eq!(seen.count(HTTP, &labels), 1, "{status}");
    }
    let recent = [
        ("bff_service", "orders"),
        ("bff_operation", "orders.recent"),
        ("rpc_system", "grpc"),
        ("rpc_method", "ListRecent"),
    ];
    for (status, error) in [("14", "unavailable"), ("0", "")] {
        let labels = with(&recent, &[("rpc_grpc_status_code", status), ("error_type", error)]);
        assert_eq!(seen.count(GRPC, &labels), 1, "{status}: {:?}", seen.0[GRPC]);
    }
    let url = bff.services.url("users");
    let port = url.rsplit(':').next().expect("a port");
    for sample in seen.of(HTTP, &users) {
        assert_eq!(
            (sample.labels["server_address"].as_str(), sample.labels["server_port"].as_str()),
            ("127.0.0.1", port)
        );
    }
    for service in ["users", "orders", "notifications"] {
        let own = [("bff_service", service)];
        assert_eq!(seen.count(CALLS, &with(&own, &[("bff_outcome", "answered")])), 1, "{service}");
        assert_eq!(seen.count(CALLS, &own), 1, "{service}");
        assert_eq!(seen.count("bff_client_call_duration_seconds_count", &own), 1);
        let sent = u64::from(service != "notifications");
        assert_eq!(seen.count("bff_client_retries_total", &with(&own, &[("bff_result", "sent")])), sent);
    }
}

#[tokio::test]
async fn what_hangs_is_a_timeout_whichever_deadline_ends_it() {
    for key in ["services.users.timeout", "services.users.attempt_timeout"] {
        let bff = TestBff::with(bff_web::bff()).set(key, "80ms").set("services.users.retry.attempts", 0);
        let bff = bff.start().await;
        bff.services.set("users", Mode::Hang);
        assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 504);
        let seen = scrape(&bff).await;
        let users = [("bff_service", "users"), ("error_type", "timeout"), ("http_response_status_code", "")];
        assert_eq!(seen.count(HTTP, &users), 1, "{key}");
        let failed = [("bff_service", "users"), ("bff_outcome", "failed"), ("bff_reason", "timeout")];
        assert_eq!(seen.count(CALLS, &failed), 1, "{key}");
    }
}

#[tokio::test]
async fn a_reply_that_can_not_be_read_is_a_failure_and_never_takes_an_answer_back() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("notifications", Mode::Nonsense(bff_testkit::Nonsense::Html));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded().len(), 1);
    let seen = scrape(&bff).await;
    let own = [("bff_service", "notifications")];
    let failed = with(&own, &[("bff_outcome", "failed"), ("bff_reason", "invalid_reply")]);
    assert_eq!(seen.count(CALLS, &failed), 1);
    assert_eq!(seen.count(CALLS, &with(&own, &[("bff_outcome", "answered")])), 0);
}

#[tokio::test]
async fn a_breaker_that_opens_is_seen_and_calls_that_it_ends_are_no_attempts() {
    let bff = TestBff::with(bff_web::bff()).set("services.orders.breaker.open_for", "60s").start().await;
    bff.services.set("orders", Mode::Fail(503));
    let ask = async || bff.as_user("alice").get(OVERVIEW).await.degraded();
    while ask().await != [("orders".to_owned(), "open_breaker".to_owned())] {}
    let seen = scrape(&bff).await;
    let orders = [("bff_service", "orders")];
    assert_eq!(seen.count("bff_breaker_state", &orders), 2);
    assert_eq!(seen.count("bff_breaker_transitions_total", &with(&orders, &[("bff_state", "open")])), 1);
    assert_eq!(seen.count("bff_breaker_state", &[("bff_service", "users")]), 0);
    assert_eq!(seen.count(GRPC, &orders), bff.services.count("orders") as u64);
    let ended = with(&orders, &[("bff_outcome", "failed"), ("bff_reason", "open_breaker")]);
    assert!(seen.count(CALLS, &ended) >= 1);
}

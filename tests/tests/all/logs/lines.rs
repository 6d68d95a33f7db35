//! What a line says. [`TestBff::log_lines`] holds each to the catalogue of fields, here and in every other test.

use std::collections::BTreeSet;

use bff_core::{bff::Bff, telemetry::log::catalogue};
use bff_testkit::{Mode, Nonsense, TestBff};
use bff_tests::{Wire, wire::head};

use crate::OVERVIEW;

const SERVICES: [&str; 5] = ["users", "orders", "notifications", "invoices", "reports"];

/// Asks every route with an example, as a caller and as nobody, with each service in each trouble. What came of it.
async fn outcomes(bff: Bff) -> BTreeSet<String> {
    let routes: Vec<_> = bff.all_routes().filter(|route| route.example.is_some()).cloned().collect();
    let bff = TestBff::with(bff).without_breakers().set("server_timing.enabled", true).start().await;
    let mut outcomes = BTreeSet::new();
    for mode in [Mode::Fail(503), Mode::Fail(404), Mode::Nonsense(Nonsense::Garbage)] {
        for service in SERVICES {
            bff.services.set(service, mode);
            for route in &routes {
                bff.as_partner("alice", "acme").example(route).await;
                bff.anonymous().example(route).await;
            }
            bff.services.set(service, Mode::Ok);
            let lines = bff.log_lines(routes.len() * 2).await;
            assert_eq!(lines.len(), routes.len() * 2, "one line a request");
            let ids: BTreeSet<_> = lines.iter().map(|line| line["request_id"].to_string()).collect();
            assert_eq!(ids.len(), lines.len());
            let words = lines.iter().map(|line| line["outcome"].as_str().expect("a word").to_owned());
            outcomes.extend(words);
        }
    }
    outcomes
}

#[tokio::test]
async fn every_line_of_every_route_is_what_the_catalogue_says() {
    let mut seen = BTreeSet::new();
    for bff in [bff_web::bff(), bff_mobile::bff(), bff_partner::bff()] {
        seen.extend(outcomes(bff).await);
    }
    // And the clients that went away, of another test.
    let but_cancelled = catalogue::OUTCOMES.iter().filter(|outcome| **outcome != "cancelled");
    assert_eq!(seen, but_cancelled.map(ToString::to_string).collect());
}

#[tokio::test]
async fn a_line_says_which_section_why_how_long_and_what_was_done_about_it() {
    let bff = TestBff::with(bff_web::bff()).set("server_timing.enabled", true).start().await;
    bff.services.set("orders", Mode::Fail(503));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert_eq!((&line["outcome"], &line["level"]), (&"degraded".into(), &"WARN".into()), "{line}");
    assert_eq!((&line["calls"], &line["retries"]), (&3.into(), &1.into()), "{line}");
    let sections = line["sections"].as_array().expect("a list");
    let orders = sections.iter().find(|section| section["name"] == "orders").expect("orders");
    assert_eq!((&orders["outcome"], &orders["reason"]), (&"absent".into(), &"unavailable".into()), "{line}");
    assert_eq!(orders["notes"], serde_json::json!(["retried"]), "{line}");
    assert!(
        orders["detail"].as_str().is_some_and(|detail| detail.starts_with("orders.recent unavailable:")),
        "{line}"
    );
    let profile = sections.iter().find(|section| section["name"] == "profile").expect("a profile");
    assert_eq!((&profile["outcome"], profile.get("reason")), (&"fresh".into(), None), "{line}");
    assert!(orders["ms"].as_f64() <= line["duration_ms"].as_f64(), "{line}");
}

#[tokio::test]
async fn a_line_has_the_trace_that_services_are_told_and_whether_it_is_kept() {
    let bff = TestBff::start(bff_web::bff()).await;
    for (flags, sampled) in [("00", false), ("01", true)] {
        bff.services.clear();
        let parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        bff.as_user("alice").header("traceparent", parent).get(OVERVIEW).await;
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        assert_eq!(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(line["sampled"], sampled);
        assert_ne!(line["span_id"], "00f067aa0ba902b7", "our own span");
        assert_eq!(bff.services.seen("users")[0].header("x-request-id"), line["request_id"].as_str());
    }
}

#[tokio::test]
async fn a_client_can_put_no_word_of_its_own_into_a_line() {
    let bff = TestBff::start(bff_web::bff()).await;
    let mut wire = Wire::to(bff.address()).await;
    for method in ["FROB", "get", "X-ALICE-4711"] {
        wire.send(head(method, "/alice-4711?alice-4711", &["User-Agent: alice-4711".to_owned()])).await;
        assert_eq!(wire.reply().await.status, 404);
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        assert_eq!((&line["method"], &line["route"]), (&"_OTHER".into(), &"unmatched".into()));
        assert!(!line.to_string().contains("4711"), "{line}");
    }
}

//! Spans of requests, as a collector of OTLP gets them.

mod collector;
mod decisions;
mod discreet;
mod kept;
mod problems;
mod propagation;
mod sampling;
mod tls;
mod tree;

use bff_core::telemetry::traces::catalogue::{
    CALL, EVENTS, FILLED, GRPC_ATTEMPT, HTTP_ATTEMPT, Kind, REQUEST, SpanSort,
};
use bff_testkit::{CollectedSpan, Collector, Reply, TestBff, TestBffBuilder};

use super::OVERVIEW;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// The web BFF with all of its traces kept, and nothing that is slow because the machine is.
fn traced(collector: &Collector) -> TestBffBuilder {
    to(collector).set("traces.ratio", 1)
}

/// The same with no trace kept that need not be.
fn unsampled(collector: &Collector) -> TestBffBuilder {
    to(collector).set("traces.ratio", 0)
}

fn to(collector: &Collector) -> TestBffBuilder {
    let builder = TestBff::with(bff_web::bff()).set("traces.endpoint", collector.url());
    // Each request leaves at once.
    builder.set("traces.slow", "10m").set("traces.batch", 1)
}

/// All spans of the request with this reply, each of them as the catalogue says.
async fn spans_of(collector: &Collector, reply: &Reply) -> Vec<CollectedSpan> {
    let spans = collector.trace_of(reply.header("x-request-id")).await;
    spans.iter().for_each(assert_in_catalogue);
    spans
}

/// The request's own span.
fn request(spans: &[CollectedSpan]) -> &CollectedSpan {
    spans.iter().find(|span| span.kind == "server").expect("a span of the request")
}

/// The spans of the calls of an operation, and of their attempts.
fn calls<'a>(spans: &'a [CollectedSpan], operation: &str) -> Vec<&'a CollectedSpan> {
    of(spans, operation, "internal")
}

fn attempts<'a>(spans: &'a [CollectedSpan], operation: &str) -> Vec<&'a CollectedSpan> {
    of(spans, operation, "client")
}

fn of<'a>(spans: &'a [CollectedSpan], operation: &str, kind: &str) -> Vec<&'a CollectedSpan> {
    spans.iter().filter(|span| span.text("bff.operation") == operation && span.kind == kind).collect()
}

fn sort(span: &CollectedSpan) -> &'static SpanSort {
    match span.kind {
        "server" => &REQUEST,
        "internal" if span.attributes.contains_key("bff.section") => &FILLED,
        "internal" => &CALL,
        _ if span.attributes.contains_key("rpc.system") => &GRPC_ATTEMPT,
        _ => &HTTP_ATTEMPT,
    }
}

/// Nothing is on it that the documentation does not list.
#[track_caller]
fn assert_in_catalogue(span: &CollectedSpan) {
    let sort = sort(span);
    let kind = match sort.kind {
        Kind::Server => "server",
        Kind::Client => "client",
        Kind::Internal => "internal",
    };
    assert_eq!(span.kind, kind, "{}", span.name);
    for name in span.attributes.keys() {
        assert!(sort.attributes.iter().any(|known| known.name == name), "{name} on {}", span.name);
    }
    for event in &span.events {
        let sort = EVENTS.iter().find(|known| known.name == event.name);
        let sort = sort.unwrap_or_else(|| panic!("{} on {}", event.name, span.name));
        for name in event.attributes.keys() {
            assert!(sort.attributes.iter().any(|known| known.name == name), "{name} on {}", event.name);
        }
    }
}

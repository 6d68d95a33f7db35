//! A whole tree: the request, its sections, their calls, each attempt, and what the services were told.

use std::collections::BTreeSet;

use bff_core::telemetry::traces::RESOURCE;

use super::*;

const SECTIONS: [(&str, &str, &str); 3] = [
    ("section profile", "users.get", "users"),
    ("section orders", "orders.recent", "orders"),
    ("section notifications", "notifications.unread", "notifications"),
];

#[tokio::test]
async fn a_screen_is_a_tree_whose_leaves_the_services_know() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let spans = spans_of(&collector, &reply).await;
    assert_eq!(spans.len(), 10, "one request, three sections, calls and attempts");
    let ids: BTreeSet<_> = spans.iter().map(|span| span.id.as_str()).collect();
    assert_eq!(ids.len(), 10);

    let root = request(&spans);
    assert_eq!((root.name.as_str(), root.parent.as_str()), ("GET /api/dashboard/overview", ""));
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", OVERVIEW),
        ("url.scheme", "http"),
        ("http.response.status_code", "200"),
        ("bff.outcome", "answered"),
        ("bff.sampling.reason", "sampled"),
        ("error.type", ""),
    ] {
        assert_eq!(root.text(name), value, "{name}");
    }
    let line = bff.log_lines(1).await.pop().expect("a line");
    assert_eq!(line["trace_id"], root.trace.as_str());

    for (name, operation, service) in SECTIONS {
        let section = spans.iter().find(|span| span.name == name).expect(name);
        let ([call], [attempt]) = (&calls(&spans, operation)[..], &attempts(&spans, operation)[..]) else {
            panic!("one call of {operation}, in one attempt")
        };
        assert_eq!((&section.parent, &call.parent, &attempt.parent), (&root.id, &section.id, &call.id));
        assert_eq!((section.text("bff.outcome"), call.text("bff.outcome")), ("fresh", "answered"));
        assert_eq!((call.name.as_str(), call.text("bff.service")), (operation, service));
        for (outer, inner) in [(root, section), (section, *call), (*call, *attempt)] {
            assert!(outer.began <= inner.began && inner.began <= inner.ended, "{}", inner.name);
            assert!(inner.ended <= outer.ended, "{} ends within {}", inner.name, outer.name);
        }
        let seen = bff.services.seen(operation).pop().expect("it was asked");
        assert_eq!(seen.header("traceparent"), Some(format!("00-{}-{}-01", root.trace, attempt.id).as_str()));
        let port = bff.services.url(service).rsplit(':').next().map(str::to_owned);
        assert_eq!(attempt.text("server.port"), port.expect("a port"));
        assert_eq!((attempt.text("server.address"), attempt.text("bff.attempt")), ("127.0.0.1", "1"));
    }
    assert!(spans.iter().all(|span| !span.is_error && span.events.is_empty()));
    let id = reply.header("x-request-id");
    assert!(spans.iter().all(|span| span.text("bff.request_id") == id), "each says whose it is");
}

#[tokio::test]
async fn attempts_say_what_their_protocol_says() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    let spans = spans_of(&collector, &bff.as_user("alice").get(OVERVIEW).await).await;
    let http = attempts(&spans, "users.get")[0];
    assert_eq!((http.name.as_str(), http.text("http.request.method")), ("GET", "GET"));
    assert_eq!((http.text("http.response.status_code"), http.text("http.request.resend_count")), ("200", ""));
    let grpc = attempts(&spans, "orders.recent")[0];
    assert_eq!(grpc.name, format!("{}/{}", grpc.text("rpc.service"), grpc.text("rpc.method")));
    assert_eq!((grpc.text("rpc.system"), grpc.text("rpc.method")), ("grpc", "ListRecent"));
    assert_eq!((grpc.text("rpc.grpc.status_code"), grpc.text("http.request.method")), ("0", ""));
}

#[tokio::test]
async fn who_exports_is_on_the_resource() {
    let collector = Collector::start();
    let (one, other) = (traced(&collector).start().await, traced(&collector).start().await);
    let mut instances = BTreeSet::new();
    for bff in [&one, &other] {
        let spans = spans_of(&collector, &bff.as_user("alice").get(OVERVIEW).await).await;
        let resource = &request(&spans).resource;
        assert_eq!(
            resource.keys().collect::<BTreeSet<_>>(),
            RESOURCE.iter().map(ToString::to_string).collect::<BTreeSet<_>>().iter().collect()
        );
        assert_eq!(resource["service.name"], "bff-web");
        assert!(!resource["service.version"].is_empty());
        instances.insert(resource["service.instance.id"].clone());
    }
    assert_eq!(instances.len(), 2);
}

#[tokio::test]
async fn a_path_that_nobody_has_and_a_method_that_is_none_are_one_value() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    let reply = bff.anonymous().get("/secret-path/17").await;
    let spans = spans_of(&collector, &reply).await;
    let root = request(&spans);
    assert_eq!((root.name.as_str(), root.text("http.route")), ("GET", ""));
    assert!(!root.is_error, "a client's mistake");
    let method = http::Method::from_bytes(b"BREW").expect("a token");
    let reply = bff.anonymous().request(method, OVERVIEW, None).await;
    let spans = spans_of(&collector, &reply).await;
    let root = request(&spans);
    assert_eq!((reply.status.as_u16(), root.text("http.request.method")), (405, "_OTHER"));
    assert_eq!(root.name, format!("HTTP {OVERVIEW}"));
}

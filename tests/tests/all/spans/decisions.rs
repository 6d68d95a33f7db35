//! What policies decided, as events.

use std::time::Duration;

use bff_core::call::HedgeCounters;
use bff_testkit::{Mode, Nonsense};
use bff_tests::{
    Wire, until,
    wire::{bearer, head},
};

use super::*;

#[tokio::test]
async fn a_reply_that_does_not_decode_is_a_failed_call_whose_attempt_was_answered() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    bff.services.set("notifications", Mode::Nonsense(Nonsense::OtherShape));
    let spans = spans_of(&collector, &bff.as_user("alice").get(OVERVIEW).await).await;
    let operation = "notifications.unread";
    let ([call], [attempt]) = (&calls(&spans, operation)[..], &attempts(&spans, operation)[..]) else {
        panic!("one attempt")
    };
    assert_eq!((call.text("bff.outcome"), call.text("error.type")), ("failed", "invalid_reply"));
    assert_eq!((call.is_error, attempt.is_error), (true, false));
}

#[tokio::test]
async fn a_retry_is_an_event_and_an_attempt_of_its_own_over_http_and_grpc() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    for (operation, status) in
        [("users.get", "http.response.status_code"), ("orders.recent", "rpc.grpc.status_code")]
    {
        bff.services.clear();
        bff.services.next(operation, [Mode::Fail(503)]);
        let spans = spans_of(&collector, &bff.as_user("alice").get(OVERVIEW).await).await;
        let ([call], [first, second]) = (&calls(&spans, operation)[..], &attempts(&spans, operation)[..])
        else {
            panic!("two attempts of {operation}")
        };
        let [retry] = &call.events[..] else { panic!("{:?}", call.event_names()) };
        assert_eq!((retry.name.as_str(), retry.attributes["bff.attempt"].as_str()), ("retry", "2"));
        assert_eq!(retry.attributes["bff.reason"], "unavailable");
        assert!(retry.attributes["bff.pause"].parse::<f64>().is_ok_and(|pause| pause > 0.0));
        let expected = if operation == "users.get" { "503" } else { "14" };
        assert_eq!((first.text(status), first.text("error.type")), (expected, expected));
        assert_eq!((first.is_error, second.is_error, call.is_error), (true, false, false));
        assert_eq!((first.text("bff.attempt"), second.text("bff.attempt")), ("1", "2"));
        let resent = if operation == "users.get" { "1" } else { "" };
        assert_eq!(second.text("http.request.resend_count"), resent);
        let told: Vec<_> = bff
            .services
            .seen(operation)
            .iter()
            .filter_map(|seen| seen.header("traceparent").map(str::to_owned))
            .collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].contains(&first.id) && told[1].contains(&second.id), "each attempt is a parent");
    }
}

#[tokio::test]
async fn a_hedge_is_an_attempt_beside_a_slow_one_which_is_given_up() {
    let collector = Collector::start();
    let key = |name| format!("services.notifications.hedge.{name}");
    let builder = traced(&collector).set(&key("enabled"), true).set(&key("minimum_calls"), 20);
    let bff = builder.start().await;
    for _ in 0..50 {
        bff.as_user("alice").get(OVERVIEW).await;
    }
    let won = || bff.running().hedges("notifications").map(HedgeCounters::won);
    let (before, mut tries) = (won(), 0);
    // Whether there is room for a hedge is learned from what came before.
    let reply = loop {
        bff.services.next("notifications.unread", [Mode::Slow(Duration::from_millis(900))]);
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        if won() > before {
            break reply;
        }
        tries += 1;
        assert!(tries < 30, "none of them was hedged");
    };
    let spans = spans_of(&collector, &reply).await;
    let call = calls(&spans, "notifications.unread")[0];
    assert_eq!(call.event_names(), ["hedge", "hedge.won"]);
    let attempts = attempts(&spans, "notifications.unread");
    let mut outcomes: Vec<_> = attempts.iter().map(|attempt| attempt.text("bff.outcome")).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["answered", "cancelled"]);
    assert!(attempts.iter().all(|attempt| !attempt.is_error && attempt.parent == call.id));
}

#[tokio::test]
async fn an_open_breaker_is_an_event_of_a_call_without_attempts() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    bff.services.set("orders", Mode::Fail(503));
    let mut reply = bff.as_user("alice").get(OVERVIEW).await;
    while reply.degraded() != [("orders".to_owned(), "open_breaker".to_owned())] {
        assert!(bff.services.count("orders") < 20, "it never opens");
        reply = bff.as_user("alice").get(OVERVIEW).await;
    }
    // The one that opened it may have been sent once.
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let spans = spans_of(&collector, &reply).await;
    let call = calls(&spans, "orders.recent")[0];
    assert_eq!(call.event_names(), ["breaker.open"]);
    assert_eq!((call.text("bff.outcome"), call.text("error.type")), ("failed", "open_breaker"));
    assert!(call.is_error && attempts(&spans, "orders.recent").is_empty());
    let section = spans.iter().find(|span| span.name == "section orders").expect("the section");
    assert_eq!((section.text("bff.outcome"), section.text("bff.reason")), ("absent", "open_breaker"));
    assert_eq!(request(&spans).text("bff.outcome"), "degraded");
}

#[tokio::test]
async fn what_a_client_gave_up_is_cancelled_and_no_error() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    bff.services.set("users", Mode::Hang);
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
    until("all calls are on their way", || bff.services.all_seen().len() == 3).await;
    drop(wire);
    let spans = collector.spans_when(|spans| spans.iter().any(|span| span.kind == "server")).await;
    let root = request(&spans);
    assert_eq!((root.text("bff.outcome"), root.text("http.response.status_code")), ("cancelled", ""));
    let (call, attempt) = (calls(&spans, "users.get")[0], attempts(&spans, "users.get")[0]);
    assert_eq!((call.text("bff.outcome"), attempt.text("bff.outcome")), ("cancelled", "cancelled"));
    let section = spans.iter().find(|span| span.name == "section profile").expect("the section");
    assert_eq!((section.text("bff.outcome"), section.text("bff.reason")), ("cancelled", ""));
    assert_eq!((&attempt.parent, &call.parent, &section.parent), (&call.id, &section.id, &root.id));
    assert!(spans.iter().all(|span| !span.is_error));
}

#[tokio::test]
async fn refusals_of_quotas_and_of_admission_are_events_of_the_request() {
    let collector = Collector::start();
    let bff = traced(&collector).set("rate_limits.caller", r#"["1/d burst 1"]"#).start().await;
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let spans = spans_of(&collector, &reply).await;
    let [event] = &request(&spans).events[..] else { panic!("one event") };
    assert_eq!((reply.status.as_u16(), event.name.as_str()), (429, "rate_limited"));
    assert!(!event.attributes["bff.policy"].is_empty() && !request(&spans).is_error);

    let bff = traced(&collector).set("admission.max_in_flight", 1).start().await;
    bff.services.set("users", Mode::Hang);
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
    until("it is in flight", || bff.services.count("users") == 1).await;
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let spans = spans_of(&collector, &reply).await;
    let [event] = &request(&spans).events[..] else { panic!("one event") };
    assert_eq!((reply.status.as_u16(), event.name.as_str()), (503, "shed"));
    assert_eq!(
        (event.attributes["bff.why"].as_str(), request(&spans).text("error.type")),
        ("in_flight", "overloaded")
    );
}

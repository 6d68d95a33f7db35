//! What is kept though nobody has asked for it: errors, degraded replies, slow ones; and nothing else.

use std::time::Duration;

use bff_testkit::Mode;

use super::*;

/// Asks for a screen that nobody keeps, then for one that is kept, since they leave in this order. Why it is kept.
async fn why(collector: &Collector, bff: &TestBff, spoil: impl FnOnce(&TestBff)) -> String {
    let session = bff.as_user("alice");
    assert_eq!(session.get(OVERVIEW).await.degraded(), vec![]);
    assert_eq!(session.get("/nowhere").await.status, 404);
    assert_eq!(session.get("/api/orders/nothing").await.status, 404);
    spoil(bff);
    let reply = session.get(OVERVIEW).await;
    let spans = spans_of(collector, &reply).await;
    assert!(spans.len() >= 8, "with all that is below it: {}", spans.len());
    let requests: Vec<_> = collector.spans().into_iter().filter(|span| span.kind == "server").collect();
    assert_eq!(requests.len(), 1, "neither what went well nor what a client did wrong: {requests:#?}");
    assert_eq!(requests[0].flags & 1, 0, "the services were told that it is not kept");
    requests[0].text("bff.sampling.reason").to_owned()
}

#[tokio::test]
async fn an_error_is_kept() {
    let collector = Collector::start();
    let bff = unsampled(&collector).start().await;
    let reason = why(&collector, &bff, |bff| bff.services.set("users", Mode::Fail(500))).await;
    assert_eq!(reason, "error");
    let spans = collector.spans();
    let root = request(&spans);
    assert!(root.is_error);
    assert_eq!((root.text("error.type"), root.text("http.response.status_code")), ("service_failed", "502"));
    assert_eq!(root.text("bff.outcome"), "failed");
    let section = spans.iter().find(|span| span.name == "section profile").expect("the section");
    assert_eq!((section.is_error, section.text("error.type")), (true, "failed"));
}

#[tokio::test]
async fn a_degraded_reply_is_kept() {
    let collector = Collector::start();
    let bff = unsampled(&collector).start().await;
    let reason = why(&collector, &bff, |bff| bff.services.set("orders", Mode::Fail(500))).await;
    assert_eq!(reason, "degraded");
    assert!(!request(&collector.spans()).is_error);
}

#[tokio::test]
async fn a_slow_reply_is_kept_and_slow_is_half_the_deadline_unless_it_is_set() {
    let slow = |bff: &TestBff| bff.services.set("orders", Mode::Slow(Duration::from_millis(320)));
    let collector = Collector::start();
    let bff = unsampled(&collector).set("traces.slow", "300ms").start().await;
    assert_eq!(why(&collector, &bff, slow).await, "slow");

    let collector = Collector::start();
    let builder =
        TestBff::with(bff_web::bff()).set("traces.endpoint", collector.url()).set("traces.ratio", 0);
    let bff = builder.set("screen.deadline", "600ms").start().await;
    assert_eq!(why(&collector, &bff, slow).await, "slow");
}

/// Control: what takes as long and is not slow.
#[tokio::test]
async fn what_takes_as_long_and_is_not_slow_is_not_kept() {
    let collector = Collector::start();
    let bff = unsampled(&collector).start().await;
    let reason = why(&collector, &bff, |bff| {
        bff.services.set("orders", Mode::Slow(Duration::from_millis(320)));
        bff.services.set("notifications", Mode::Fail(500));
    });
    assert_eq!(reason.await, "degraded", "and not slow");
}

#[tokio::test]
async fn without_a_collector_nothing_is_recorded() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    assert_eq!(bff.running().spans(), None);
}

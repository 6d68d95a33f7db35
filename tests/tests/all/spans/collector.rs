//! A collector that hangs, refuses, goes away and comes back: no request notices, and what is lost is counted.

use std::time::{Duration, Instant};

use bff_core::telemetry::traces::SpanCounts;
use bff_testkit::CollectorMode;
use bff_testkit::collector::Code;
use bff_tests::until;

use super::*;

/// Spans of one overview.
const EACH: u64 = 10;

async fn ask(bff: &TestBff, times: usize) {
    for _ in 0..times {
        assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    }
}

fn counts(bff: &TestBff) -> SpanCounts {
    bff.running().spans().expect("spans go somewhere")
}

#[tokio::test]
async fn a_collector_that_hangs_costs_a_bounded_buffer_and_no_request() {
    let collector = Collector::start();
    collector.set(CollectorMode::Hangs);
    let bff = traced(&collector).set("traces.queue", 50).set("traces.batch", 10).start().await;
    ask(&bff, 2).await;
    until("both exports are in flight", || collector.asked() == 2).await;
    ask(&bff, 30).await;
    // Two batches are in flight and five wait.
    assert_eq!(counts(&bff), SpanCounts { exported: 0, dropped: 25 * EACH, failed: 0 });
    assert_eq!(collector.asked(), 2);
    let began = Instant::now();
    bff.drain().await;
    let took = began.elapsed();
    assert!(
        took >= Duration::from_secs(2) && took < Duration::from_secs(5),
        "two seconds to flush: {took:?}"
    );
}

/// Control: the same load, and a collector that answers.
#[tokio::test]
async fn a_collector_that_answers_gets_everything() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    ask(&bff, 32).await;
    until("all are exported", || counts(&bff).exported == 32 * EACH).await;
    assert_eq!(counts(&bff), SpanCounts { exported: 32 * EACH, dropped: 0, failed: 0 });
    assert_eq!(collector.spans().len(), 320);
    let began = Instant::now();
    bff.drain().await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_collector_that_is_away_is_tried_again_and_used_when_it_is_back() {
    let mut collector = Collector::start();
    collector.stop();
    let bff = traced(&collector).set("traces.timeout", "1s").start().await;
    ask(&bff, 1).await;
    until("it is given up", || counts(&bff).failed == EACH).await;
    assert_eq!((counts(&bff).exported, counts(&bff).dropped), (0, 0));
    collector.start_again();
    ask(&bff, 1).await;
    until("it is exported", || counts(&bff).exported == EACH).await;
    assert_eq!((counts(&bff).failed, collector.spans().len()), (EACH, 10));
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_may_not_is_not() {
    let collector = Collector::start();
    let bff = traced(&collector).start().await;
    collector.set(CollectorMode::Refuses(Code::InvalidArgument));
    ask(&bff, 1).await;
    until("it is refused", || counts(&bff).failed == EACH).await;
    assert_eq!(collector.asked(), 1, "and not asked again");
    collector.set(CollectorMode::Refuses(Code::Unavailable));
    ask(&bff, 1).await;
    until("it is asked", || collector.asked() >= 2).await;
    collector.set(CollectorMode::Takes);
    until("it is taken", || counts(&bff).exported == EACH).await;
    assert_eq!(counts(&bff).failed, EACH);
    collector.set(CollectorMode::RefusesSome(3));
    ask(&bff, 1).await;
    until("some are taken", || counts(&bff).exported == 2 * EACH - 3).await;
    assert_eq!(counts(&bff).failed, EACH + 3);
}

#[tokio::test]
async fn what_waits_leaves_when_the_process_does() {
    let collector = Collector::start();
    let bff = traced(&collector).set("traces.batch", 512).start().await;
    ask(&bff, 3).await;
    bff.drain().await;
    assert_eq!(collector.spans().len(), 30, "without waiting for anything");
}

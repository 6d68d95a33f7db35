use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use super::*;
use crate::{
    context::RequestContext,
    telemetry::story::{SectionOutcome, SectionRecord},
};

const DEADLINE: Duration = Duration::from_secs(1);

fn log(success_per_second: u32) -> (AccessLog, Sink) {
    let sink = Sink::memory();
    let config = LogConfig { success_per_second, ..LogConfig::default() };
    (AccessLog::new("bff-test", Some(sink.clone()), &config), sink)
}

/// Tells of so many requests of one moment that took this long.
fn tell(log: &AccessLog, requests: u32, status: u16, took: Duration, told: &Told) {
    let context = RequestContext::for_test(DEADLINE);
    let ended = context.inner().started + took;
    let status = StatusCode::from_u16(status).ok();
    for _ in 0..requests {
        let request = Finished {
            context: &context,
            method: &Method::GET,
            status,
            problem: None,
            response_bytes: None,
            ended,
            meter: None,
        };
        log.write(&request, told);
    }
}

fn lines(sink: &Sink) -> Vec<Value> {
    let text = sink.take();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.inspect(|line| assert_eq!(catalogue::check(line), [""; 0], "{line}")).collect()
}

fn degraded() -> Told {
    let mut told = Told::default();
    told.sections.push(SectionRecord {
        name: "orders".into(),
        place: 0,
        outcome: SectionOutcome::Absent,
        reason: Some(crate::call::Reason::Timeout),
        detail: Some("x".repeat(5000)),
        began: Instant::now(),
        elapsed: Duration::from_millis(1),
    });
    told
}

#[tokio::test(start_paused = true)]
async fn every_line_is_counted_as_what_became_of_it() {
    let (log, sink) = log(1);
    tell(&log, 1000, 200, Duration::ZERO, &Told::default());
    let LineCounts { written, sampled_out, lost } = log.lines();
    assert_eq!((written + sampled_out, lost), (1000, 0));
    assert_eq!(lines(&sink).len() as u64, written);
    assert!(sampled_out > 900);
}

#[tokio::test(start_paused = true)]
async fn lines_that_nobody_takes_are_lost_and_counted() {
    let (log, sink) = log(1_000_000);
    tell(&log, 5000, 200, Duration::ZERO, &Told::default());
    let LineCounts { written, sampled_out, lost } = log.lines();
    assert_eq!((written + lost, sampled_out), (5000, 0));
    assert_eq!(lines(&sink).len() as u64, written);
    assert!(lost > 0, "a buffer has an end");
}

#[tokio::test(start_paused = true)]
async fn what_is_slow_degraded_refused_failed_or_cancelled_is_always_told() {
    let (log, sink) = log(0);
    tell(&log, 1, 200, DEADLINE / 2, &Told::default());
    assert_eq!(lines(&sink).len(), 0, "half of its deadline is well");
    tell(&log, 1, 200, DEADLINE / 2 + Duration::from_millis(1), &Told::default());
    tell(&log, 1, 200, Duration::ZERO, &degraded());
    for status in [400, 500, 0] {
        tell(&log, 1, status, Duration::ZERO, &Told::default());
    }
    let told: Vec<_> = lines(&sink).into_iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(told, ["whole", "degraded", "refused", "failed", "cancelled"]);
}

#[tokio::test(start_paused = true)]
async fn a_line_has_an_end_whatever_a_failure_says() {
    let (log, sink) = log(0);
    tell(&log, 1, 200, Duration::ZERO, &degraded());
    let line = lines(&sink).pop().expect("one line");
    assert_eq!(line["sections"][0]["detail"].as_str().map(str::len), Some(500));
}

#[tokio::test(start_paused = true)]
async fn lines_can_be_switched_off_and_on() {
    let (log, sink) = log(1_000_000);
    let access = log.settings.now();
    log.settings.set(Access { access: false, ..access });
    assert!(!log.is_on());
    tell(&log, 1, 500, Duration::ZERO, &Told::default());
    assert_eq!(lines(&sink).len(), 0);
    log.settings.set(access);
    assert!(log.is_on());
    tell(&log, 1, 500, Duration::ZERO, &Told::default());
    assert_eq!(lines(&sink).len(), 1);
}

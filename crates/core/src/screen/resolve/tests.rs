//! The fan-out: at once, in the payload's order, and always JSON. Sections here are scripted; no service is called.

mod any_screen;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::*;
use crate::{
    call::{Answered, Call, StandIn},
    screen::Screen,
    telemetry::story::SectionRecord,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn context() -> RequestContext {
    RequestContext::for_test(ms(1_000))
}

/// A call that answers with how long it takes.
fn taking(millis: u64) -> Call<u64> {
    Call::of(async move {
        sleep(ms(millis)).await;
        Ok(millis)
    })
}

fn failing(millis: u64, reason: Reason) -> Call<u64> {
    taking(millis).try_map(move |_| Err(CallError::new(reason, "as the test says")))
}

/// Two sections of a nested screen, one in a screen of its own.
struct Address;
struct City;

impl Screen for Address {
    fn into_parts(self, parts: &mut Parts) {
        parts.section("street", failing(20, Reason::Timeout).optional());
        parts.nested("city", City);
    }
}

impl Screen for City {
    fn into_parts(self, parts: &mut Parts) {
        parts.section("name", failing(10, Reason::NotFound).or(0));
    }
}

#[tokio::test(start_paused = true)]
async fn sections_run_at_once() {
    let mut parts = Parts::default();
    parts.section("a", taking(100).required());
    parts.section("b", taking(100).optional());
    parts.section("c", taking(100).or(0));
    let (context, began) = (context(), Instant::now());
    let payload = resolve(parts, &context).await.expect("all answer");
    assert_eq!(began.elapsed(), ms(100));
    assert_eq!(payload.json, r#"{"a":100,"b":100,"c":100}"#);
    assert!(!payload.degraded);
}

#[tokio::test(start_paused = true)]
async fn a_failed_required_section_ends_the_screen_and_drops_its_siblings() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let guard = Dropped(Arc::clone(&dropped));
    let mut parts = Parts::default();
    parts.section("slow", taking(500).map(move |_| drop(guard)).required());
    parts.section("broken", failing(10, Reason::Unavailable).required());
    let (context, began) = (context(), Instant::now());
    let error = resolve(parts, &context).await.err().expect("a required section failed");
    assert_eq!((error.reason(), began.elapsed()), (Reason::Unavailable, ms(10)));
    assert!(dropped.load(SeqCst), "its sibling is still there");
    let [broken, slow] = &context.story().take().sections[..] else { panic!("each is told of once") };
    assert_eq!((&*broken.name, broken.reason, broken.elapsed), ("broken", Some(Reason::Unavailable), ms(10)));
    assert_eq!(broken.outcome, SectionOutcome::Failed);
    assert_eq!((&*slow.name, slow.reason, slow.elapsed), ("slow", None, ms(10)));
    assert_eq!(slow.outcome, SectionOutcome::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_screen_that_nobody_waits_for_tells_of_the_sections_that_still_ran() {
    let mut parts = Parts::default();
    parts.section("quick", taking(10).required());
    parts.nested("address", Address);
    parts.section("slow", taking(500).required());
    let context = context();
    tokio::select! {
        biased;
        _ = resolve(parts, &context) => panic!("nobody waits so long"),
        () = sleep(ms(15)) => {}
    }
    let told = context.story().take().sections;
    let told: Vec<_> = told.iter().map(|record| (&*record.name, record.outcome)).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    for section in [("quick", SectionOutcome::Fresh), ("address.city.name", SectionOutcome::Fallback)] {
        assert!(told[..2].contains(&section), "{told:?}");
    }
    let cancelled = ["address.street", "slow"].map(|name| (name, SectionOutcome::Cancelled));
    assert_eq!(told[2..], cancelled);
}

#[tokio::test(start_paused = true)]
async fn degraded_sections_stand_in_the_order_of_the_payload_with_dotted_names() {
    let mut parts = Parts::default();
    parts.section("last", failing(30, Reason::Failed).optional());
    parts.nested("address", Address);
    parts.section("first", failing(0, Reason::Rejected).or(7));
    let context = context();
    let payload = resolve(parts, &context).await.expect("nothing is required");
    let expected = concat!(
        r#"{"last":null,"address":{"street":null,"city":{"name":0}},"first":7,"_meta":{"degraded":["#,
        r#"{"section":"last","reason":"failed"},{"section":"address.street","reason":"timeout"},"#,
        r#"{"section":"address.city.name","reason":"not_found","fallback":"default"},"#,
        r#"{"section":"first","reason":"rejected","fallback":"default"}]}}"#,
    );
    assert_eq!(payload.json, expected);
    assert!(payload.degraded);
    let arrived: Vec<_> = context.story().take().sections.into_iter().map(|record| record.name).collect();
    assert_eq!(
        arrived,
        ["first", "address.city.name", "address.street", "last"],
        "the log has the order of arrival"
    );
}

/// A call whose service timed out, with this in its place.
fn standing_in(origin: Origin) -> Call<u64> {
    let error = CallError::new(Reason::Timeout, "as the test says");
    Call::new(async move { Ok(Answered::of(7, Some(StandIn { error, origin }))) })
}

#[tokio::test]
async fn what_the_configuration_states_degrades_a_section_even_a_required_one() {
    let mut parts = Parts::default();
    parts.section("a", standing_in(Origin::Config).required());
    parts.section("b", standing_in(Origin::Config).optional());
    parts.section("c", standing_in(Origin::Config).or(0));
    let context = context();
    let payload = resolve(parts, &context).await.expect("each has an answer");
    let entry = |name| format!(r#"{{"section":"{name}","reason":"timeout","fallback":"config"}}"#);
    let entries = ["a", "b", "c"].map(entry).join(",");
    assert_eq!(payload.json, format!(r#"{{"a":7,"b":7,"c":7,"_meta":{{"degraded":[{entries}]}}}}"#));
    assert!(payload.degraded);
    let sections = context.story().take().sections;
    let timeout = |record: &SectionRecord| record.reason == Some(Reason::Timeout);
    assert!(sections.iter().all(timeout), "the log has the failure");
    assert!(sections.iter().all(|record| record.outcome == SectionOutcome::Fallback));
}

#[tokio::test]
async fn what_a_service_said_before_degrades_a_section_and_says_its_age_in_whole_seconds() {
    let mut parts = Parts::default();
    for (name, millis) in [("a", 37_999), ("b", 999), ("c", u64::MAX)] {
        parts.section(name, standing_in(Origin::Stale { age: ms(millis) }).required());
    }
    let payload = resolve(parts, &context()).await.expect("each has an answer");
    let entry = |name, age: u64| {
        format!(r#"{{"section":"{name}","reason":"timeout","fallback":"stale","age":{age}}}"#)
    };
    let entries = [entry("a", 37), entry("b", 0), entry("c", u64::MAX / 1000)].join(",");
    assert_eq!(payload.json, format!(r#"{{"a":7,"b":7,"c":7,"_meta":{{"degraded":[{entries}]}}}}"#));
    assert!(payload.degraded);
}

#[tokio::test]
async fn a_screen_without_fields_is_an_empty_object() {
    let payload = resolve(Parts::default(), &context()).await.expect("nothing can fail");
    assert_eq!(payload.json, "{}");
}

#[tokio::test]
async fn an_answer_that_does_not_serialise_fails_its_section_alone() {
    let odd = std::collections::BTreeMap::from([((1, 2), "a key that JSON has not")]);
    let mut parts = Parts::default();
    parts.section("odd", Call::ready(Ok(odd)).optional());
    parts.section("well", taking(0).required());
    let payload = resolve(parts, &context()).await.expect("nothing required failed");
    let expected = r#"{"odd":null,"well":0,"_meta":{"degraded":[{"section":"odd","reason":"internal"}]}}"#;
    assert_eq!(payload.json, expected);
}

#[tokio::test]
async fn a_value_that_does_not_serialise_fails_the_screen() {
    let odd = std::collections::BTreeMap::from([((1, 2), "a key that JSON has not")]);
    let mut parts = Parts::default();
    parts.section("never", Call::<u64>::of(std::future::pending()).required());
    parts.value("odd", &odd);
    let context = context();
    let error = resolve(parts, &context).await.err().expect("the value is part of the screen");
    assert_eq!(error.reason(), Reason::Internal);
    let [odd, never] = &context.story().take().sections[..] else { panic!("the log can't say which value") };
    assert_eq!((&*odd.name, odd.reason), ("odd", Some(Reason::Internal)));
    assert_eq!((&*never.name, never.outcome), ("never", SectionOutcome::Cancelled));
}

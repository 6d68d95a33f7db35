//! When a set is fetched: step by step, without one.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::super::pace::{Asked, Pace};
use crate::config::AuthConfig;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// An issuer that was fetched from at the start.
fn well(start: Instant) -> Pace {
    let mut pace = Pace::new(&AuthConfig::default(), start);
    assert!(pace.begins(start), "the first is due at once");
    pace.succeeded(start, 0.5);
    pace
}

#[test]
fn it_is_fetched_every_five_minutes_give_or_take_a_tenth() {
    let start = Instant::now();
    for (jitter, due) in [(0.0, 270), (0.5, 300), (1.0, 330)] {
        let mut pace = Pace::new(&AuthConfig::default(), start);
        pace.succeeded(start, jitter);
        assert_eq!(pace.wakes(), start + secs(due));
        assert!(!pace.begins(start + secs(due - 1)) && pace.begins(start + secs(due)));
    }
}

#[test]
fn failures_double_the_pause_up_to_a_minute_and_a_success_ends_them() {
    let start = Instant::now();
    let (mut pace, mut unheard) = (well(start), Pace::new(&AuthConfig::default(), start));
    for (pause, of_unheard) in [(30, 1), (30, 2), (30, 4), (30, 8), (30, 16), (32, 32), (60, 60), (60, 60)] {
        pace.failed(start, 0.5);
        unheard.failed(start, 0.5);
        assert_eq!((pace.wakes(), unheard.wakes()), (start + secs(pause), start + secs(of_unheard)));
    }
    pace.failed(start, 0.0);
    assert_eq!(pace.wakes(), start + secs(45));
    pace.failed(start, 1.0);
    assert_eq!(pace.wakes(), start + secs(75));
    pace.succeeded(start, 0.5);
    pace.failed(start, 0.5);
    assert_eq!(pace.wakes(), start + secs(30));
}

#[test]
fn an_unknown_key_is_asked_for_once_in_30_seconds_and_all_wait_for_that() {
    let start = Instant::now();
    let mut pace = well(start);
    assert_eq!(pace.ask(start), Asked::Wait);
    assert_eq!(pace.ask(start), Asked::Wait, "for the same one");
    assert!(pace.begins(start));
    assert_eq!(pace.ask(start), Asked::Wait, "for the same one, which is in flight");
    pace.succeeded(start, 0.5);
    assert!(!pace.begins(start), "nothing is left to do");
    assert_eq!(pace.ask(start + secs(29)), Asked::Refused);
    assert_eq!(pace.ask(start + secs(30)), Asked::Wait);
}

#[test]
fn nobody_waits_for_an_issuer_that_fails() {
    let start = Instant::now();
    let mut pace = Pace::new(&AuthConfig::default(), start);
    assert_eq!(pace.ask(start), Asked::Refused, "nor before it was heard of");
    pace.succeeded(start, 0.5);
    pace.failed(start + secs(300), 0.5);
    assert_eq!(pace.ask(start + secs(300)), Asked::Refused);
    assert!(!pace.begins(start + secs(329)) && pace.begins(start + secs(330)));
    assert_eq!(pace.ask(start + secs(330)), Asked::Refused, "nor for the attempt that is in flight");
    pace.succeeded(start + secs(330), 0.5);
    assert_eq!(pace.ask(start + secs(330)), Asked::Wait);
}

#[test]
fn keys_last_a_day_without_their_issuer() {
    let start = Instant::now();
    let mut pace = well(start);
    let end = start + secs(24 * 3600);
    pace.failed(start + secs(300), 0.5);
    assert_eq!(pace.age(start + secs(300)), Some(secs(300)));
    assert!(!pace.forgets(end - secs(1)));
    for _ in 0..10 {
        pace.failed(end - secs(5), 0.5);
    }
    assert_eq!(pace.wakes(), end, "not only with the next attempt");
    assert!(pace.forgets(end) && !pace.forgets(end), "once");
    assert_eq!(pace.age(end), None);
    assert_eq!(pace.seconds_left(end), 56);
}

proptest! {
    /// Whatever tokens come and however fetches end: those that tokens ask for are 30 s apart.
    #[test]
    fn tokens_cause_one_fetch_in_30_seconds(steps in prop::collection::vec((0_u64..20, 0_u8..4), 1..200)) {
        let mut now = Instant::now();
        let mut pace = well(now);
        let (mut in_flight, mut asked) = (false, Vec::new());
        for (pass, step) in steps {
            now += secs(pass);
            match step {
                0 | 1 => drop(pace.ask(now)),
                2 if in_flight => { pace.succeeded(now, 0.5); in_flight = false; }
                3 if in_flight => { pace.failed(now, 0.5); in_flight = false; }
                _ if !in_flight => {
                    let is_due = now >= pace.wakes();
                    in_flight = pace.begins(now);
                    if in_flight && !is_due { asked.push(now); }
                }
                _ => {}
            }
        }
        // One that was wanted may begin late, so three in 30 s would be one too many.
        prop_assert!(asked.windows(3).all(|three| three[2] - three[0] >= secs(30)));
    }
}

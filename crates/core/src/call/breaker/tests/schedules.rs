//! Racers for the probe's slot, through the breaker's own way in and its guard's way out, under thousands of random
//! schedules. The breaker is the one of production but for its lock, at which the scheduler may change the thread.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use shuttle::{sync::Mutex as Scheduled, thread};

use super::*;

impl<T> Lock<T> for Scheduled<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.lock().expect("no racer panics while it holds this"))
    }
}

type Raced = Breaker<Scheduled<State>>;

const RACERS: usize = 64;
const SCHEDULES: usize = 10_000;

/// A breaker that opened, and an instant at which a probe is due.
fn due() -> (Raced, Instant) {
    let breaker = Raced::locked_with(&config());
    let mut now = Instant::now();
    for _ in 0..5 {
        breaker.attempt(now, None).expect("closed").judge(&failed(Reason::Unavailable), false);
    }
    assert_eq!(breaker.standing(now), Standing::Open);
    now += ms(6300);
    assert_eq!(breaker.standing(now), Standing::Due);
    (breaker, now)
}

/// All race for the slot; a winner keeps its guard to the end, or drops it unjudged. Says how many guards were kept.
fn race(keeps: impl Fn(usize) -> bool + Sync) -> usize {
    let ((breaker, now), out, won) = (due(), AtomicUsize::new(0), AtomicUsize::new(0));
    let racer = |number| {
        let attempt = breaker.attempt(now, None).ok()?;
        won.fetch_add(1, SeqCst);
        assert_eq!(out.fetch_add(1, SeqCst), 0, "two probes at once");
        if keeps(number) {
            return Some(attempt);
        }
        thread::yield_now();
        out.fetch_sub(1, SeqCst);
        None
    };
    let kept: Vec<_> = thread::scope(|scope| {
        let racer = &racer;
        let racers: Vec<_> = (0..RACERS).map(|number| scope.spawn(move || racer(number))).collect();
        racers.into_iter().filter_map(|racer| racer.join().expect("no racer panics")).collect()
    });
    assert!(won.into_inner() >= 1, "nobody was the probe");
    let kept_back = kept.len();
    assert_eq!(breaker.standing(now), if kept_back == 0 { Standing::Due } else { Standing::Open });
    assert_eq!(breaker.attempt(now, None).is_ok(), kept_back == 0);
    drop(kept);
    never_stuck(&breaker, now);
    kept_back
}

/// After the longest pause at the latest, three probes that succeed close it.
fn never_stuck(breaker: &Raced, mut now: Instant) {
    for _ in 0..3 {
        if breaker.standing(now) == Standing::Open {
            now += ms(75_000);
        }
        breaker.attempt(now, None).expect("its slot came back").judge(&answered(), false);
    }
    assert_eq!(breaker.standing(now), Standing::Closed);
}

#[test]
fn exactly_one_of_64_racers_is_the_probe() {
    shuttle::check_random(|| assert_eq!(race(|_| true), 1), SCHEDULES);
}

#[test]
fn a_probe_that_is_dropped_unjudged_gives_its_slot_back() {
    shuttle::check_random(|| assert!(race(|number| number % 4 == 0) <= 1), SCHEDULES);
}

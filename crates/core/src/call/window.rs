//! A sliding window of counts: ten buckets, the oldest of which falls out as time goes on.
//!
//! Breaker and retry budget count over the same window. It takes its clock from the caller, so that tests need none.

use std::time::Duration;

use tokio::time::Instant;

const BUCKETS: u32 = 10;

/// Two kinds of events over the last `span`.
#[derive(Debug)]
pub(super) struct Window {
    bucket: Duration,
    began: Instant,
    /// Number of the newest bucket since `began`.
    newest: u64,
    counts: [Counts; BUCKETS as usize],
}

/// How often each kind of event came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// All calls.
    pub(super) calls: u32,
    /// Those of them that count against the service or the budget.
    pub(super) marked: u32,
}

impl Window {
    pub(super) fn new(span: Duration, now: Instant) -> Self {
        let bucket = (span / BUCKETS).max(Duration::from_millis(1));
        Self { bucket, began: now, newest: 0, counts: [Counts::default(); BUCKETS as usize] }
    }

    /// The bucket of this instant, after what is too old has fallen out.
    pub(super) fn at(&mut self, now: Instant) -> &mut Counts {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let number = micros(now.saturating_duration_since(self.began)) / micros(self.bucket);
        // An instant from before the newest bucket belongs to it: two callers may read the clock in one order and come
        // here in the other.
        let number = number.max(self.newest);
        for entered in (self.newest + 1..=number).rev().take(BUCKETS as usize) {
            self.counts[index(entered)] = Counts::default();
        }
        self.newest = number;
        &mut self.counts[index(number)]
    }

    /// What came within the span.
    pub(super) fn sum(&mut self, now: Instant) -> Counts {
        self.at(now);
        self.counts.iter().fold(Counts::default(), |sum, counts| Counts {
            calls: sum.calls.saturating_add(counts.calls),
            marked: sum.marked.saturating_add(counts.marked),
        })
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number % u64::from(BUCKETS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a list of all events: never one more than the span holds, and none lost that is younger than nine tenths.
        #[test]
        fn what_is_young_counts_and_what_is_old_does_not(steps in prop::collection::vec(0_u64..4000, 1..60)) {
            let began = Instant::now();
            let mut window = Window::new(Duration::from_secs(10), began);
            let (mut now, mut events) = (0, Vec::new());
            for step in steps {
                now += step;
                let instant = began + Duration::from_millis(now);
                window.at(instant).calls += 1;
                events.push(now);
                let sum = window.sum(instant).calls as usize;
                let within = |span: u64| events.iter().filter(|event| now - **event < span).count();
                prop_assert!(sum >= within(9000) && sum <= within(10_000), "{sum} at {now} of {events:?}");
            }
        }
    }
}

//! How long the latest calls of a service's operations took, so that a call can be told from a slow one.
//!
//! Two generations of counts, so that it follows a service that changes. It takes its clock from the caller, so that tests
//! need none.

mod recent;

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

pub(super) use self::recent::{Latest, Recent};
use super::hedge::{HedgeCounters, Share};
use crate::config::HedgeConfig;

/// The most operations of one service that are followed. A client's operations are few; one beyond is never hedged.
const OPERATIONS: usize = 64;

/// What all workers know of one service's latencies, and of the hedges that it got.
#[derive(Debug)]
pub(crate) struct Latencies {
    percentile: u32,
    minimum_calls: u32,
    /// In the order in which they were first called: found without a lock.
    operations: Box<[Place]>,
    pub(super) share: Share,
    pub(super) counters: HedgeCounters,
}

/// Where an operation is followed, once it was called.
type Place = OnceLock<(&'static str, Mutex<Recent>)>;

impl Latencies {
    pub(crate) fn new(config: &HedgeConfig) -> Self {
        Self {
            percentile: config.percentile,
            minimum_calls: config.minimum_calls,
            operations: (0..OPERATIONS).map(|_| Place::new()).collect(),
            share: Share::new(config.at_most_percent),
            counters: HedgeCounters::default(),
        }
    }

    /// How many second attempts were sent, and how many answered first.
    pub(crate) fn hedges(&self) -> &HedgeCounters {
        &self.counters
    }

    /// The time after which a call of this operation is slow; `None` while too few were seen.
    pub(super) fn percentile(&self, operation: &'static str, now: Instant) -> Option<Duration> {
        self.with(operation, now, |recent| recent.percentile(self.percentile, self.minimum_calls, now))?
    }

    /// A call of this operation was answered after this time.
    pub(super) fn record(&self, operation: &'static str, latency: Duration, now: Instant) {
        self.with(operation, now, |recent| recent.record(latency, now));
    }

    fn with<R>(
        &self,
        operation: &'static str,
        now: Instant,
        work: impl FnOnce(&mut Recent) -> R,
    ) -> Option<R> {
        let found = self.operations.iter().find_map(|place| {
            let (name, recent) = place.get_or_init(|| (operation, Mutex::new(Recent::new(now))));
            (*name == operation).then_some(recent)
        })?;
        Some(work(&mut found.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        recent::{FRESH, GENERATION},
        *,
    };
    use crate::call::testing::ms;

    fn latencies() -> Latencies {
        Latencies::new(&HedgeConfig::default())
    }

    fn record(latencies: &Latencies, count: u32, latency: Duration, now: Instant) {
        for _ in 0..count {
            latencies.record("test.call", latency, now);
        }
    }

    #[test]
    fn nothing_before_enough_calls_and_each_operation_counts_for_itself() {
        let (latencies, now) = (latencies(), Instant::now());
        record(&latencies, 99, ms(10), now);
        assert_eq!(latencies.percentile("test.call", now), None);
        record(&latencies, 1, ms(10), now);
        assert_eq!(latencies.percentile("test.call", now), None, "asked for less than 100 ms ago");
        let later = now + FRESH;
        assert!(latencies.percentile("test.call", later).is_some_and(|slow| slow >= ms(10)));
        assert_eq!(latencies.percentile("test.other", later), None);
    }

    #[test]
    fn it_follows_a_service_that_changes_and_forgets_one_that_rests() {
        let (latencies, mut now) = (latencies(), Instant::now());
        record(&latencies, 100, ms(5), now);
        assert!(latencies.percentile("test.call", now).is_some_and(|slow| slow < ms(6)));
        now += GENERATION;
        record(&latencies, 10, ms(50), now);
        assert!(latencies.percentile("test.call", now).is_some_and(|slow| slow >= ms(50)), "10 of 110");
        now += GENERATION;
        record(&latencies, 95, ms(20), now);
        assert!(latencies.percentile("test.call", now).is_some_and(|slow| slow > ms(50)), "10 of 105");
        now += ms(9_999);
        assert!(latencies.percentile("test.call", now).is_some());
        now += ms(10_001);
        assert_eq!(latencies.percentile("test.call", now), None);
    }

    #[test]
    fn an_operation_beyond_the_most_is_not_followed() {
        const NAMES: &str = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
        let (latencies, now) = (latencies(), Instant::now());
        for number in 0..=OPERATIONS {
            for _ in 0..100 {
                latencies.record(&NAMES[..=number], ms(5), now);
            }
        }
        assert!(latencies.percentile(&NAMES[..OPERATIONS], now).is_some());
        assert_eq!(latencies.percentile(&NAMES[..=OPERATIONS], now), None);
    }
}

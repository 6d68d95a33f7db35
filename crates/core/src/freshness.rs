//! How long a client may keep a reply: as long as every answer in it is fresh, so the strictest call of the request decides.
//!
//! Calls are counted and not sections, so that what a handler awaits itself and puts into the reply counts too.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// How long an answer, or a reply made of answers, may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// For what is left of its freshness lifetime (RFC 9111, section 4.2).
    For(Duration),
    /// Only to be asked again before it is used.
    No,
    /// Not even for that: the service said `no-store`.
    NoStore,
}

/// The strictest of a request's calls so far, as one number: the least is the strictest. Above the two words it is the
/// instant at which the first answer goes stale, in nanoseconds since the request began.
#[derive(Debug)]
pub(crate) struct ReplyFreshness(AtomicU64);

const NO_STORE: u64 = 0;
const NO: u64 = 1;
const FIRST_INSTANT: u64 = 2;
const NO_CALL: u64 = u64::MAX;

impl Default for ReplyFreshness {
    fn default() -> Self {
        Self(AtomicU64::new(NO_CALL))
    }
}

impl ReplyFreshness {
    /// Adds a call. `elapsed` is the time since the request began; the clock is read only where it matters.
    pub(crate) fn fold(&self, keep: Keep, elapsed: impl FnOnce() -> Duration) {
        let word = match keep {
            Keep::NoStore => NO_STORE,
            Keep::No => NO,
            Keep::For(left) => {
                let stale_at = elapsed().saturating_add(left).as_nanos();
                u64::try_from(stale_at).unwrap_or(NO_CALL).saturating_add(FIRST_INSTANT).min(NO_CALL - 1)
            }
        };
        self.0.fetch_min(word, Relaxed);
    }

    /// What all calls so far allow. Where there was none, nothing says how long the reply holds.
    pub(crate) fn keep(&self, elapsed: impl FnOnce() -> Duration) -> Keep {
        match self.0.load(Relaxed) {
            NO_STORE => Keep::NoStore,
            NO | NO_CALL => Keep::No,
            word => Keep::For(Duration::from_nanos(word - FIRST_INSTANT).saturating_sub(elapsed())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn without_a_call_a_reply_is_asked_for_again() {
        assert_eq!(ReplyFreshness::default().keep(|| Duration::ZERO), Keep::No);
    }

    #[test]
    fn what_is_left_gets_less_while_the_reply_is_composed() {
        let freshness = ReplyFreshness::default();
        freshness.fold(Keep::For(secs(30)), || secs(1));
        assert_eq!(freshness.keep(|| secs(4)), Keep::For(secs(27)));
        assert_eq!(freshness.keep(|| secs(99)), Keep::For(Duration::ZERO));
        freshness.fold(Keep::For(Duration::MAX), || secs(5));
        assert_eq!(freshness.keep(|| secs(5)), Keep::For(secs(26)), "what is for ever adds nothing");
    }

    #[test]
    fn the_clock_is_read_only_for_what_has_a_time() {
        let freshness = ReplyFreshness::default();
        let clock = || -> Duration { panic!("nobody needs the time") };
        freshness.fold(Keep::No, clock);
        assert_eq!(freshness.keep(clock), Keep::No);
        freshness.fold(Keep::NoStore, clock);
        assert_eq!(freshness.keep(clock), Keep::NoStore);
    }

    fn any_keep() -> impl Strategy<Value = Keep> {
        prop_oneof![
            4 => any::<Duration>().prop_map(Keep::For),
            4 => (0_u64..100).prop_map(|left| Keep::For(secs(left))),
            1 => Just(Keep::No),
            1 => Just(Keep::NoStore),
        ]
    }

    proptest! {
        #[test]
        fn the_strictest_call_decides_in_whatever_order_they_come(
            calls in prop::collection::vec((any_keep(), 0_u64..100), 0..6),
            now in 100_u64..200,
        ) {
            let (freshness, reversed) = (ReplyFreshness::default(), ReplyFreshness::default());
            for (keep, at) in &calls {
                freshness.fold(*keep, || secs(*at));
            }
            for (keep, at) in calls.iter().rev() {
                reversed.fold(*keep, || secs(*at));
            }
            // An instant that 64 bits can't hold is one that no request lives to see.
            let longest = Duration::from_nanos(u64::MAX - 3);
            let stale_at = |(keep, at): &(Keep, u64)| match keep {
                Keep::For(left) => Some(left.saturating_add(secs(*at)).min(longest)),
                _ => None,
            };
            let expected = if calls.iter().any(|(keep, _)| *keep == Keep::NoStore) {
                Keep::NoStore
            } else if calls.is_empty() || calls.iter().any(|(keep, _)| *keep == Keep::No) {
                Keep::No
            } else {
                let first = calls.iter().filter_map(stale_at).min().unwrap_or_default();
                Keep::For(first.saturating_sub(secs(now)))
            };
            prop_assert_eq!(freshness.keep(|| secs(now)), expected);
            prop_assert_eq!(reversed.keep(|| secs(now)), expected);
        }
    }
}

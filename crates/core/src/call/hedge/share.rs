//! How many of a service's calls may be sent a second time.
//!
//! "The Tail at Scale" (Dean, Barroso) hedges after the 95th percentile, which is one call in twenty: more than the share.
//! So that those that are stuck find room in it, those that are merely slow may use its first half only.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::call::window::Window;

/// How far back the share looks.
const SPAN: Duration = Duration::from_secs(10);

/// The share of hedges in one service's calls, over all workers.
#[derive(Debug)]
pub(crate) struct Share {
    percent: u32,
    window: Mutex<Window>,
}

impl Share {
    pub(crate) fn new(percent: u32) -> Self {
        Self { percent, window: Mutex::new(Window::new(SPAN, Instant::now())) }
    }

    /// A call is made that may be hedged.
    pub(super) fn earn(&self, now: Instant) {
        let mut window = self.lock();
        let counts = window.at(now);
        counts.calls = counts.calls.saturating_add(1);
    }

    /// Takes one hedge out of the share, or out of its first half; `affordable` is asked last and takes what it says yes to.
    pub(super) fn take(&self, whole: bool, now: Instant, affordable: impl FnOnce() -> bool) -> bool {
        let mut window = self.lock();
        let sum = window.sum(now);
        let part = if whole { 100 } else { 200 };
        let room = u64::from(sum.marked) < u64::from(sum.calls) * u64::from(self.percent) / part;
        let taken = room && affordable();
        if taken {
            let counts = window.at(now);
            counts.marked = counts.marked.saturating_add(1);
        }
        taken
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of the hedges on one service, over all workers.
#[derive(Debug, Default)]
pub struct HedgeCounters {
    pub(super) sent: AtomicU64,
    pub(super) won: AtomicU64,
}

impl HedgeCounters {
    /// Calls that were sent a second time.
    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// Those of them that the second attempt answered.
    pub fn won(&self) -> u64 {
        self.won.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::testing::ms;

    fn of(calls: u32) -> (Share, Instant) {
        let (share, now) = (Share::new(3), Instant::now());
        (0..calls).for_each(|_| share.earn(now));
        (share, now)
    }

    #[test]
    fn the_slow_may_use_half_of_it_and_the_stuck_the_rest() {
        let (share, now) = of(1000);
        let takes = |whole| (0..100).filter(|_| share.take(whole, now, || true)).count();
        assert_eq!((takes(false), takes(false), takes(true), takes(true)), (15, 0, 15, 0));
    }

    #[test]
    fn what_the_stuck_have_used_the_slow_do_not_get() {
        let (share, now) = of(1000);
        assert!((0..15).all(|_| share.take(true, now, || true)));
        assert!(!share.take(false, now, || true));
    }

    #[test]
    fn nothing_is_taken_where_the_other_budget_has_none_and_the_other_not_asked_where_this_has_none() {
        let (share, now) = of(34);
        assert!(!share.take(true, now, || false));
        assert!(share.take(true, now, || true), "one of 34 is three percent");
        assert!(!share.take(true, now, || unreachable!("there is no room")));
    }

    #[test]
    fn it_counts_over_ten_seconds() {
        let (share, now) = of(100);
        assert!(!share.take(true, now + ms(10_001), || true), "the calls are too old");
        let (share, now) = of(34);
        assert!(share.take(true, now, || true));
        let later = now + ms(10_001);
        (0..34).for_each(|_| share.earn(later));
        assert!(share.take(true, later, || true), "the hedge is too old");
    }
}

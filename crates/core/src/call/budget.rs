//! What retries and hedges of a service may spend together.
//!
//! A maximum of attempts multiplies an outage by that maximum; a budget adds a tenth. See "The Site Reliability Workbook",
//! chapter 22, and Finagle's RetryBudget, whose reserve lets a quiet service be retried too.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::window::{Counts, Window};
use crate::config::RetryConfig;

/// How far back the budget looks.
const SPAN: Duration = Duration::from_secs(10);

/// The budget of one service, shared by all workers.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u32,
    reserve: u32,
    window: Mutex<Window>,
    /// Retries that were made, and those for which nothing was left.
    pub(super) retries: AtomicU64,
    pub(super) withheld: AtomicU64,
}

impl Budget {
    pub(crate) fn new(config: &RetryConfig) -> Self {
        let reserve = config.reserve_per_second.saturating_mul(10);
        Self {
            percent: config.budget_percent,
            reserve,
            window: Mutex::new(Window::new(SPAN, Instant::now())),
            retries: AtomicU64::new(0),
            withheld: AtomicU64::new(0),
        }
    }

    /// A call is made, which earns its share of an attempt more.
    pub(super) fn earn(&self, now: Instant) {
        let mut window = self.lock();
        let counts = window.at(now);
        counts.calls = counts.calls.saturating_add(1);
    }

    /// Takes one retry or hedge out of the budget, if it has one.
    pub(super) fn spend(&self, now: Instant) -> bool {
        let mut window = self.lock();
        let affordable = self.rest(window.sum(now)) > 0;
        if affordable {
            let counts = window.at(now);
            counts.marked = counts.marked.saturating_add(1);
        }
        affordable
    }

    /// Retries that were made, and those that were not since nothing was left of the budget.
    pub(crate) fn retries(&self) -> (u64, u64) {
        (self.retries.load(Relaxed), self.withheld.load(Relaxed))
    }

    /// The retries and hedges that are left now.
    pub(crate) fn left(&self, now: Instant) -> u64 {
        self.rest(self.lock().sum(now))
    }

    fn rest(&self, sum: Counts) -> u64 {
        let earned = u64::from(sum.calls) * u64::from(self.percent) / 100 + u64::from(self.reserve);
        earned.saturating_sub(sum.marked.into())
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_can_be_spent() {
        let (budget, now) = (Budget::new(&RetryConfig::default()), Instant::now());
        assert_eq!(budget.left(now), 10, "the reserve of ten seconds");
        (0..100).for_each(|_| budget.earn(now));
        assert_eq!(budget.left(now), 20, "and a tenth of the calls");
        for spent in 1..=20 {
            assert!(budget.spend(now));
            assert_eq!(budget.left(now), 20 - spent);
        }
        assert!(!budget.spend(now));
        assert_eq!(budget.left(now + SPAN), 10);
    }
}

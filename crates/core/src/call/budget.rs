//! What retries and hedges of a service may spend together.
//!
//! A maximum of attempts multiplies an outage by that maximum; a budget adds a tenth. See "The Site Reliability Workbook",
//! chapter 22, and Finagle's RetryBudget, whose reserve lets a quiet service be retried too.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::window::Window;
use crate::config::RetryConfig;

/// How far back the budget looks.
const SPAN: Duration = Duration::from_secs(10);

/// The budget of one service, shared by all workers.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u32,
    reserve: u32,
    window: Mutex<Window>,
}

impl Budget {
    pub(crate) fn new(config: &RetryConfig) -> Self {
        let reserve = config.reserve_per_second.saturating_mul(10);
        Self {
            percent: config.budget_percent,
            reserve,
            window: Mutex::new(Window::new(SPAN, Instant::now())),
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
        let sum = window.sum(now);
        let earned = u64::from(sum.calls) * u64::from(self.percent) / 100 + u64::from(self.reserve);
        let affordable = u64::from(sum.marked) < earned;
        if affordable {
            let counts = window.at(now);
            counts.marked = counts.marked.saturating_add(1);
        }
        affordable
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What attempts on an endpoint came to in the last minutes: counted where they are judged anyway, under the same lock and with
//! the same look at the clock.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::Verdict;
use crate::{
    call::{
        latency::{Latest, Recent},
        window::Window,
    },
    rounded::millis,
};

/// How far back attempts are counted.
const SPAN: Duration = Duration::from_mins(5);

/// Of one endpoint.
#[derive(Debug)]
pub(super) struct Tally {
    attempts: Window,
    latencies: Recent,
}

/// What the attempts of the last five minutes came to, at one endpoint or at several. Those that say nothing of the service, such
/// as one whose client went away, are not among them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RecentView {
    /// How many there were.
    pub attempts: u64,
    /// Those of them that failed: no answer in time, no connection, 5xx and their gRPC kin.
    pub failed: u64,
    /// Percent of them that did not fail, rounded down; nothing where there were none.
    pub success_percent: Option<f64>,
    /// Half of those that were answered took no longer, in milliseconds. Latencies are of the last two and a half minutes to five.
    pub p50_ms: Option<f64>,
    /// The same of 95 percent.
    pub p95_ms: Option<f64>,
    /// The same of 99 percent.
    pub p99_ms: Option<f64>,
}

/// The sum over endpoints, of which a view is made.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecentSum {
    attempts: u64,
    failed: u64,
    latest: Latest,
}

impl Tally {
    pub(super) fn new(now: Instant) -> Self {
        Self { attempts: Window::new(SPAN, now), latencies: Recent::lasting(SPAN / 2, now) }
    }

    pub(super) fn note(&mut self, verdict: Verdict, took: Duration, now: Instant) {
        if verdict == Verdict::Ignored {
            return;
        }
        let counts = self.attempts.at(now);
        counts.calls = counts.calls.saturating_add(1);
        if verdict == Verdict::Failure {
            counts.marked = counts.marked.saturating_add(1);
        } else {
            self.latencies.record(took, now);
        }
    }

    pub(super) fn add_to(&mut self, sum: &mut RecentSum, now: Instant) {
        let counts = self.attempts.sum(now);
        sum.attempts += u64::from(counts.calls);
        sum.failed += u64::from(counts.marked);
        self.latencies.add_to(&mut sum.latest, now);
    }
}

impl RecentSum {
    pub(crate) fn view(&self) -> RecentView {
        let within = |percent| self.latest.percentile(percent).map(millis);
        RecentView {
            attempts: self.attempts,
            failed: self.failed,
            success_percent: self.success_percent(),
            p50_ms: within(50),
            p95_ms: within(95),
            p99_ms: within(99),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of so many needs no more digits")]
    fn success_percent(&self) -> Option<f64> {
        let good = self.attempts.saturating_sub(self.failed);
        (self.attempts > 0).then(|| (good as f64 * 10_000.0 / self.attempts as f64).floor() / 100.0)
    }
}

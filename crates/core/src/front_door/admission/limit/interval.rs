//! [`Interval`]: what several looks of a probe found, taken together.

use std::time::Duration;

use tokio::time::Instant;

use super::Look;

#[derive(Debug)]
pub(super) struct Interval {
    pub(super) began: Instant,
    /// The look that found least.
    pub(super) least: Look,
    pub(super) least_busy: usize,
    pub(super) refused: bool,
    pub(super) refused_normal: bool,
    /// Sums of what all found.
    lags: Duration,
    latencies: Duration,
    looks: u32,
    /// The requests that were done, how long they took without their lag, and the time in which they were.
    done: usize,
    without_lag: Duration,
    time: Duration,
}

impl Interval {
    pub(super) fn new(began: Instant) -> Self {
        Self {
            began,
            least: Look { lag: Duration::MAX, ..Look::default() },
            least_busy: usize::MAX,
            refused: false,
            refused_normal: false,
            lags: Duration::ZERO,
            latencies: Duration::ZERO,
            looks: 0,
            done: 0,
            without_lag: Duration::ZERO,
            time: Duration::ZERO,
        }
    }

    pub(super) fn heed(&mut self, look: Look) {
        if look.lag < self.least.lag {
            self.least = look;
        }
        self.least_busy = self.least_busy.min(look.busy);
        self.refused |= look.refused;
        self.refused_normal |= look.refused_normal;
        self.lags = self.lags.saturating_add(look.lag);
        self.latencies = self.latencies.saturating_add(look.latency);
        // Where a turn waits longer than a whole request took, neither tells of the other.
        let without_lag = look.latency.saturating_sub(look.lag);
        if !without_lag.is_zero() {
            let all = u32::try_from(look.done).unwrap_or(u32::MAX);
            self.without_lag = self.without_lag.saturating_add(without_lag.saturating_mul(all));
            self.done += look.done;
            self.time += look.period;
        }
        self.looks += 1;
    }

    /// What the looks found on average.
    pub(super) fn mean(&self) -> Look {
        let looks = self.looks.max(1);
        Look { lag: self.lags / looks, latency: self.latencies / looks, ..Look::default() }
    }

    /// How many requests the worker gets done while one of them takes its time, with the lag that may be: by Little's law as
    /// many as it works on then. Infinite where that can't be told: none was done, or a request takes longer than was looked at.
    pub(super) fn sustained(&self, may_lag: Duration) -> f64 {
        let done = u32::try_from(self.done).unwrap_or(u32::MAX);
        let takes = self.without_lag.checked_div(done).map(|mean| mean + may_lag);
        let takes = takes.filter(|takes| *takes <= self.time);
        takes.map_or(f64::INFINITY, |takes| f64::from(done) * takes.div_duration_f64(self.time))
    }
}

//! What the attempts of a tenth of a second or more say together, and what the limit is to be multiplied by for it.

use std::time::Duration;

use tokio::time::Instant;

use super::baseline::LONGEST;

/// How much slower than usual is no overload: jitter, and a queue that keeps the service busy.
const TOLERANCE: f64 = 2.0;

/// What one window may change.
const SLOWEST: f64 = 0.5;
const FASTEST: f64 = 2.0;

/// The share of attempts that may time out or be turned away before this counts: no service answers all.
const USUAL_SHARE: f64 = 0.02;

/// A window is at least this long and has at least so many samples, or it goes on.
const WINDOW: Duration = Duration::from_millis(100);
const SAMPLES: u32 = 10;

#[derive(Debug)]
pub(super) struct Window {
    began: Instant,
    answered: u32,
    overloaded: u32,
    /// The most in flight.
    busiest: usize,
    /// Sum of the logarithms of how much slower than usual the answers came.
    slower: f64,
    /// Sum of the latencies.
    took: Duration,
}

impl Window {
    pub(super) fn new(began: Instant) -> Self {
        Self { began, answered: 0, overloaded: 0, busiest: 0, slower: 0.0, took: Duration::ZERO }
    }

    /// An attempt ended: by how much slower than usual it was answered, if it was.
    pub(super) fn add(&mut self, slower: Option<f64>, took: Duration, in_flight: usize) {
        match slower {
            Some(slower) => {
                self.slower += slower;
                self.answered += 1;
            }
            None => self.overloaded += 1,
        }
        self.took += took;
        self.busiest = self.busiest.max(in_flight);
    }

    pub(super) fn began(&self) -> Instant {
        self.began
    }

    pub(super) fn busiest(&self) -> usize {
        self.busiest
    }

    /// It lasts twice as long as its calls, as in Netflix's WindowedLimit: what the last change did is seen only then.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let samples = self.answered + self.overloaded;
        samples >= SAMPLES && {
            let length = (2 * self.took / samples).clamp(WINDOW, LONGEST);
            now.saturating_duration_since(self.began) >= length
        }
    }

    /// How many times as long as usual its answers took.
    fn slowness(&self) -> f64 {
        (self.slower / f64::from(self.answered.max(1))).exp()
    }

    pub(super) fn is_slow(&self) -> bool {
        self.slowness() > TOLERANCE
    }

    /// What the limit is to be multiplied by. Timeouts and the like lower it by half of their share, once a window, as marks
    /// do in DCTCP (Alizadeh 2010): multiplicative decrease, by as much as there is of it.
    pub(super) fn factor(&self) -> f64 {
        let gradient = TOLERANCE / self.slowness();
        let share = f64::from(self.overloaded) / f64::from((self.answered + self.overloaded).max(1));
        let factor = if share > USUAL_SHARE { gradient.min(1.0) * (1.0 - share / 2.0) } else { gradient };
        factor.clamp(SLOWEST, FASTEST)
    }
}

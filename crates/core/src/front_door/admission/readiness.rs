//! Whether overload has lasted so long that a load balancer had better ask others: pure, with the clock as an argument.
//!
//! Not ready after refusals that came without a pause of a second for [`after`](Readiness::new); ready again once nothing was
//! refused for two seconds. The times differ so that it does not flip with each gap.

use std::time::Duration;

use tokio::time::Instant;

/// Overload that pauses for longer is over.
const PAUSE: Duration = Duration::from_secs(1);

/// After so long without a refusal it is ready again.
const RECOVERED: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Readiness {
    after: Duration,
    refused: usize,
    /// The first and the last refusal of the present overload.
    overload: Option<(Instant, Instant)>,
    ready: bool,
}

impl Readiness {
    /// Zero: always ready.
    pub(super) fn new(after: Duration) -> Self {
        Self { after, refused: 0, overload: None, ready: true }
    }

    /// Heeds how many were refused so far, and says whether it is ready.
    pub(super) fn heed(&mut self, refused: usize, now: Instant) -> bool {
        if refused != self.refused {
            self.refused = refused;
            let first = self.overload.map_or(now, |(first, _)| first);
            self.overload = Some((first, now));
        }
        if let Some((first, last)) = self.overload {
            let calm = now.saturating_duration_since(last);
            if calm >= if self.ready { PAUSE } else { RECOVERED } {
                self.overload = None;
                self.ready = true;
            } else if last.saturating_duration_since(first) >= self.after && !self.after.is_zero() {
                self.ready = false;
            }
        }
        self.ready
    }
}

#[cfg(test)]
mod tests;

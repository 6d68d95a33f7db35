//! The time of day of an instant. Instants don't jump when somebody sets the clock, so a request's spans stay in order.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// One moment by both clocks.
pub(super) struct Clock {
    instant: Instant,
    since_epoch: u128,
}

impl Clock {
    pub(super) fn now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Self { instant: Instant::now(), since_epoch }
    }

    /// Nanoseconds since 1970.
    pub(super) fn nanos(&self, at: Instant) -> u64 {
        let before = self.instant.saturating_duration_since(at).as_nanos();
        let after = at.saturating_duration_since(self.instant).as_nanos();
        u64::try_from((self.since_epoch + after).saturating_sub(before)).unwrap_or(u64::MAX)
    }
}

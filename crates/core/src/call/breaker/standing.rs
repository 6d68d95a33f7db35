//! Where a breaker is, for whoever chooses among several: read without its lock, and so a hint that may be a moment old.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::time::Instant;

/// What an attempt at this moment would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It would pass.
    Closed,
    /// It would be the probe.
    Due,
    /// It would be rejected.
    Open,
}

/// When a probe is due, in nanoseconds since the breaker was made: exact, and enough for centuries.
#[derive(Debug)]
pub(super) struct Due {
    made: Instant,
    at: AtomicU64,
}

const CLOSED: u64 = 0;
const AT_ONCE: u64 = 1;
const NOT_YET: u64 = u64::MAX;

/// What the state machine says of its next probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Probe {
    /// Closed: none is needed.
    Needless,
    /// The slot is free.
    Free,
    /// One is out.
    Out,
    /// The service has its pause.
    From(Instant),
}

impl Due {
    pub(super) fn new(made: Instant) -> Self {
        Self { made, at: AtomicU64::new(CLOSED) }
    }

    /// Only under the breaker's lock, so that what stays written is the latest. Relaxed, since nothing else is read through
    /// it; and only where it changes, so that the readers' cache line stays theirs.
    pub(super) fn write(&self, probe: Probe) {
        let at = match probe {
            Probe::Needless => CLOSED,
            Probe::Free => AT_ONCE,
            Probe::Out => NOT_YET,
            Probe::From(until) => self.nanos(until).min(NOT_YET - 1),
        };
        if self.at.load(Relaxed) != at {
            self.at.store(at, Relaxed);
        }
    }

    pub(super) fn read(&self, now: Instant) -> Standing {
        match self.at.load(Relaxed) {
            CLOSED => Standing::Closed,
            at if at != NOT_YET && at <= self.nanos(now) => Standing::Due,
            _ => Standing::Open,
        }
    }

    /// At least [`AT_ONCE`], so that no instant is mistaken for [`CLOSED`].
    fn nanos(&self, instant: Instant) -> u64 {
        let since = instant.saturating_duration_since(self.made).as_nanos();
        u64::try_from(since).unwrap_or(NOT_YET).max(AT_ONCE)
    }
}

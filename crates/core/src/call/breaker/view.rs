//! What operators see of breakers.

use serde::Serialize;
use tokio::time::Instant;

use crate::rounded::seconds;

/// Where a breaker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// One call at a time passes, to find out whether the endpoint is well again.
    HalfOpen,
    /// No call passes.
    Open,
}

impl BreakerState {
    /// As metrics and logs name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}

/// One breaker at this moment.
#[derive(Debug, Clone, Serialize)]
pub struct BreakerView {
    /// Where it is.
    pub state: BreakerState,
    /// For how long, in seconds.
    pub for_seconds: f64,
    /// Until a probe may pass, in seconds: where it is open.
    pub probe_in_seconds: Option<f64>,
}

/// How often breakers came to each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BreakerTurns {
    /// Well again.
    pub closed: u64,
    /// A probe was let pass after a pause.
    pub half_open: u64,
    /// Too many failures, or a probe that failed.
    pub open: u64,
}

impl BreakerTurns {
    pub(in crate::call) fn count(&mut self, state: BreakerState) {
        *match state {
            BreakerState::Closed => &mut self.closed,
            BreakerState::HalfOpen => &mut self.half_open,
            BreakerState::Open => &mut self.open,
        } += 1;
    }

    pub(in crate::call) fn add(&mut self, other: Self) {
        self.closed += other.closed;
        self.half_open += other.half_open;
        self.open += other.open;
    }
}

/// What a state machine says of where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) state: BreakerState,
    pub(super) since: Instant,
    pub(super) until: Option<Instant>,
}

impl At {
    pub(super) fn view(self, now: Instant) -> BreakerView {
        BreakerView {
            state: self.state,
            for_seconds: seconds(now.saturating_duration_since(self.since)),
            probe_in_seconds: self.until.map(|until| seconds(until.saturating_duration_since(now))),
        }
    }
}

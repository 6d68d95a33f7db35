//! What a service's last failure said, so that whoever looks at it in the night need not search the log first.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::time::Instant;

use super::{CallError, Reason};
use crate::rounded::seconds;

/// Of one service, over all workers. It is written by failures only.
#[derive(Debug, Default)]
pub(crate) struct LastFailure(Mutex<Option<Known>>);

type Known = (&'static str, CallError, Instant);

/// A failure, as the log has it.
#[derive(Debug, Clone, Serialize)]
pub struct LastFailureView {
    /// How long ago it was, in seconds.
    pub seconds_ago: f64,
    /// The operation that failed, such as `orders.recent`.
    pub operation: &'static str,
    /// Why there was no answer.
    pub reason: Reason,
    /// The sentence of the log.
    pub detail: String,
}

impl LastFailure {
    /// Notes a failure if it is the service's: no refusal, and no call that its breaker turned away, since what opened the breaker
    /// is what one wants to know.
    pub(super) fn note(&self, operation: &'static str, error: &CallError) {
        if error.reason().is_outage() && error.reason() != Reason::OpenBreaker {
            *self.lock() = Some((operation, error.clone(), Instant::now()));
        }
    }

    pub(crate) fn view(&self, now: Instant) -> Option<LastFailureView> {
        let last = self.lock().clone();
        last.map(|(operation, error, at)| LastFailureView {
            seconds_ago: seconds(now.saturating_duration_since(at)),
            operation,
            reason: error.reason(),
            detail: error.detail().to_owned(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_and_an_open_breaker_do_not_hide_what_failed() {
        let last = LastFailure::default();
        let now = Instant::now();
        assert!(last.view(now).is_none());
        for reason in Reason::ALL {
            last.note("test.call", &CallError::new(Reason::Timeout, "the first"));
            last.note("test.call", &CallError::new(*reason, "the second"));
            let said = last.view(now).map(|view| view.detail);
            let counts = reason.is_outage() && *reason != Reason::OpenBreaker;
            assert_eq!(said.as_deref(), Some(if counts { "the second" } else { "the first" }), "{reason}");
        }
    }
}

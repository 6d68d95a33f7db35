//! Ends one attempt in time, when an attempt may take less than what is left of its call.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason};
use crate::step::Step;

#[derive(Clone, Copy)]
pub(super) struct AttemptTimeoutLayer(Duration);

impl AttemptTimeoutLayer {
    pub(super) fn new(timeout: Duration) -> Self {
        Self(timeout)
    }
}

impl<S> Layer<S> for AttemptTimeoutLayer {
    type Service = AttemptTimeout<S>;

    fn layer(&self, inner: S) -> AttemptTimeout<S> {
        AttemptTimeout { inner, timeout: self.0 }
    }
}

pub(super) struct AttemptTimeout<S> {
    inner: S,
    timeout: Duration,
}

impl<S: Step<Outgoing, Out = Outcome>> Step<Outgoing> for AttemptTimeout<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Outgoing) -> Outcome {
        let ends = Instant::now() + self.timeout;
        // The call's own deadline comes first: a second timer would only cost.
        if outgoing.deadline <= ends {
            return self.inner.call(outgoing).await;
        }
        outgoing.deadline = ends;
        #[expect(clippy::disallowed_methods, reason = "this module owns the timeout of an attempt")]
        match timeout_at(ends, self.inner.call(outgoing)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(CallError::new(
                Reason::Timeout,
                format!("an attempt took longer than {} ms", self.timeout.as_millis()),
            )),
        }
    }
}

//! Ends a call in time: at the service's timeout or when the request's share for calls is used up, whichever is first.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason};
use crate::step::Step;

#[derive(Clone, Copy)]
pub(super) struct DeadlineLayer(Duration);

impl DeadlineLayer {
    pub(super) fn new(timeout: Duration) -> Self {
        Self(timeout)
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner, timeout: self.0 }
    }
}

pub(super) struct Deadline<S> {
    inner: S,
    timeout: Duration,
}

impl<S: Step<Outgoing, Out = Outcome>> Step<Outgoing> for Deadline<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Outgoing) -> Outcome {
        let began = Instant::now();
        outgoing.deadline = outgoing.deadline.min(began + self.timeout);
        let deadline = outgoing.deadline;
        #[expect(clippy::disallowed_methods, reason = "this module owns the deadline of calls")]
        match timeout_at(deadline, self.inner.call(outgoing)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(CallError::new(
                Reason::Timeout,
                format!("no whole answer within {} ms", deadline.duration_since(began).as_millis()),
            )),
        }
    }
}

//! The breaker of a service: after too many failures, calls are rejected at once, without a socket, until a probe succeeds.
//!
//! It judges each attempt. What counts as a failure: timeouts, connection errors, 5xx and their gRPC kin. An answer that
//! refuses (404, 403, 409, …) shows that the service works. What the breaker can't tell from (429, a full bulkhead, a caller
//! who went away) changes nothing. See Nygard, "Release It!", and the state machine of Hystrix and resilience4j.

mod state;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use tower::Layer;

use self::state::{State, Verdict};
use super::{CallError, Outcome, Outgoing, Reason};
use crate::{config::BreakerConfig, step::Step};

/// The breaker of one service, shared by all workers.
#[derive(Debug)]
pub(crate) struct Breaker(Mutex<State>);

impl Breaker {
    pub(crate) fn new(config: &BreakerConfig) -> Self {
        Self(Mutex::new(State::new(config, Instant::now())))
    }

    /// `closed`, `open` or `half_open`.
    #[cfg(test)]
    fn state(&self) -> &'static str {
        self.lock().name()
    }

    /// Lets an attempt pass, or rejects it.
    fn enter(&self, outgoing: &Outgoing) -> Result<Attempt<'_>, CallError> {
        let pass = self.lock().enter(outgoing.now).map_err(|wait| {
            let detail = format!("the breaker is open, for {} ms more", wait.as_millis());
            CallError::new(Reason::OpenBreaker, detail)
        })?;
        // A deadline that a client chose says nothing about the service: a hurried caller must not open it for others.
        let deadline = (!outgoing.context.inner().hurried).then_some(outgoing.deadline);
        Ok(Attempt { breaker: self, pass, deadline, verdict: None })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that was let pass. It is judged when it is dropped, so that no way out of an attempt keeps a probe's slot.
struct Attempt<'a> {
    breaker: &'a Breaker,
    pass: state::Pass,
    deadline: Option<Instant>,
    verdict: Option<Verdict>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        // Dropped at its deadline it is a timeout, dropped before a cancellation.
        let dropped = || {
            if self.deadline.is_some_and(|deadline| now >= deadline) {
                Verdict::Failure
            } else {
                Verdict::Ignored
            }
        };
        let verdict = self.verdict.unwrap_or_else(dropped);
        self.breaker.lock().leave(self.pass, verdict, now);
    }
}

fn judge(outcome: &Outcome, hurried: bool) -> Verdict {
    let Err(error) = outcome else { return Verdict::Success };
    match error.reason() {
        Reason::Timeout if hurried => Verdict::Ignored,
        Reason::Timeout | Reason::Unavailable | Reason::Failed => Verdict::Failure,
        Reason::NotFound
        | Reason::Forbidden
        | Reason::Unauthenticated
        | Reason::Conflict
        | Reason::InvalidRequest
        | Reason::Refused => Verdict::Success,
        Reason::Rejected | Reason::OpenBreaker | Reason::InvalidReply | Reason::Internal => Verdict::Ignored,
    }
}

#[derive(Clone)]
pub(super) struct BreakerLayer(Arc<Breaker>);

impl BreakerLayer {
    pub(super) fn new(breaker: &Arc<Breaker>) -> Self {
        Self(Arc::clone(breaker))
    }
}

impl<S> Layer<S> for BreakerLayer {
    type Service = Breaking<S>;

    fn layer(&self, inner: S) -> Breaking<S> {
        Breaking { inner, breaker: Arc::clone(&self.0) }
    }
}

pub(super) struct Breaking<S> {
    inner: S,
    breaker: Arc<Breaker>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Breaking<S> {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let mut attempt = self.breaker.enter(&outgoing)?;
        let hurried = outgoing.context.inner().hurried;
        let outcome = self.inner.call(outgoing).await;
        attempt.verdict = Some(judge(&outcome, hurried));
        outcome
    }
}

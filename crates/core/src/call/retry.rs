//! One more attempt, where that can help: the call may be sent twice, the failure may pass, the budget has room and the
//! deadline can still be met.

#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::time::{Instant, sleep};
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason, budget::Budget};
use crate::{config::RetryConfig, step::Step, telemetry::story::Event};

#[derive(Clone)]
pub(super) struct RetryLayer {
    config: RetryConfig,
    budget: Arc<Budget>,
}

impl RetryLayer {
    pub(super) fn new(config: &RetryConfig, budget: &Arc<Budget>) -> Self {
        Self { config: config.clone(), budget: Arc::clone(budget) }
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Retry { inner, config: self.config.clone(), budget: Arc::clone(&self.budget) }
    }
}

pub(super) struct Retry<S> {
    inner: S,
    config: RetryConfig,
    budget: Arc<Budget>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Retry<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        self.budget.earn(outgoing.now);
        if !outgoing.idempotent {
            return self.inner.call(outgoing).await;
        }
        let mut sent_again = false;
        loop {
            let again = outgoing.clone();
            let error = match self.inner.call(outgoing).await {
                Err(error) if may_pass(&error) => error,
                outcome => return outcome,
            };
            outgoing = again;
            // The service closed a kept connection as the call was sent on it, which says nothing of the service and may
            // happen to every call: once, at once, and out of no budget (RFC 9112, 9.3.1).
            if error.is_unanswered() && !sent_again {
                (sent_again, outgoing.now) = (true, Instant::now());
                continue;
            }
            if outgoing.attempt == outgoing.policy.attempts {
                return Err(error);
            }
            let pause = error.retry_after().unwrap_or_else(|| self.backoff(outgoing.attempt));
            let now = Instant::now();
            // A pause beyond all clocks is a service that does not want to be asked again.
            let in_time = now.checked_add(pause).is_some_and(|at| at < outgoing.deadline);
            let refused = if in_time { (!self.budget.spend(now)).then_some("budget") } else { Some("time") };
            let reason = error.reason();
            if let Some(why) = refused {
                if in_time {
                    self.budget.withheld.fetch_add(1, Relaxed);
                }
                outgoing.tell_at(now, Event::NoRetry { reason, why });
                return Err(error);
            }
            self.budget.retries.fetch_add(1, Relaxed);
            outgoing.attempt += 1;
            outgoing.tell_at(now, Event::Retry { attempt: outgoing.attempt, pause, reason });
            Box::pin(sleep(pause)).await;
            outgoing.now = Instant::now();
        }
    }
}

impl<S> Retry<S> {
    /// Full jitter over a doubling span (Brooker, "Exponential Backoff And Jitter"), but never at once.
    fn backoff(&self, attempt: u32) -> Duration {
        let longest = longest_pause(&self.config, attempt);
        let shortest = self.config.backoff.min(longest);
        shortest + longest.saturating_sub(shortest).mul_f64(fastrand::f64())
    }
}

/// The longest pause before a retry, where the service says nothing: twice as long for each.
pub(super) fn longest_pause(config: &RetryConfig, retry: u32) -> Duration {
    config.backoff.saturating_mul(1 << (retry + 1).min(16)).min(config.backoff_at_most)
}

/// A failure that another attempt may not meet. A service that says 429 is tried again only if it says when.
fn may_pass(error: &CallError) -> bool {
    match error.reason() {
        Reason::Unavailable | Reason::Timeout => true,
        Reason::Rejected => error.retry_after().is_some(),
        _ => false,
    }
}

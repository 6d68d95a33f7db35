//! Ends one attempt in time, when an attempt may take less than what is left of its call.

use tokio::time::timeout_at;
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason};
use crate::step::Step;

#[derive(Clone, Copy)]
pub(super) struct AttemptTimeoutLayer;

impl<S> Layer<S> for AttemptTimeoutLayer {
    type Service = AttemptTimeout<S>;

    fn layer(&self, inner: S) -> AttemptTimeout<S> {
        AttemptTimeout { inner }
    }
}

pub(super) struct AttemptTimeout<S> {
    inner: S,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for AttemptTimeout<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let timeout = outgoing.policy.attempt_timeout;
        let ends = outgoing.now + timeout;
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
                format!("an attempt took longer than {} ms", timeout.as_millis()),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::call::testing::{Below, answered, ms, outgoing};

    /// A call whose attempts may take this long, of a request that has this much left.
    fn trying(timeout: Duration, left: Duration) -> Box<Outgoing> {
        let mut call = outgoing(left);
        call.policy.attempt_timeout = timeout;
        call
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_ends_before_its_call_when_it_may_take_less() {
        let below = Below::new(std::future::pending);
        let (seen, began) = (below.seen(), Instant::now());
        let attempt = AttemptTimeoutLayer.layer(below);
        let error = attempt.call(trying(ms(100), ms(500))).await.expect_err("nothing answered");
        assert_eq!((error.reason(), began.elapsed()), (Reason::Timeout, ms(100)));
        assert_eq!(error.detail(), "an attempt took longer than 100 ms");
        assert_eq!(seen.deadlines(), [began + ms(100)], "the service is told what the attempt has");
        assert_eq!(seen.in_flight(), 0);
    }

    /// The step above has a timer for that instant already. Here there is none above, so the call goes on.
    #[tokio::test(start_paused = true)]
    async fn no_second_timer_runs_when_the_call_ends_first() {
        for left in [50, 100] {
            let below = Below::new(async || {
                tokio::time::sleep(ms(700)).await;
                answered()
            });
            let (seen, began) = (below.seen(), Instant::now());
            assert!(AttemptTimeoutLayer.layer(below).call(trying(ms(100), ms(left))).await.is_ok());
            assert_eq!(began.elapsed(), ms(700));
            assert_eq!(seen.deadlines(), [began + ms(left)]);
        }
    }
}

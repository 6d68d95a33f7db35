//! Ends a call in time: at the operation's timeout or when the request's share for calls is used up, whichever is first.

use tokio::time::timeout_at;
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason};
use crate::step::Step;

#[derive(Clone, Copy)]
pub(super) struct DeadlineLayer;

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner }
    }
}

pub(super) struct Deadline<S> {
    inner: S,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Deadline<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let began = outgoing.now;
        outgoing.deadline = outgoing.deadline.min(began + outgoing.policy.timeout);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::call::testing::{Below, answered, ms, outgoing};

    /// A call that may take this long, of a request that has this much left.
    fn taking(timeout: Duration, left: Duration) -> Box<Outgoing> {
        let mut call = outgoing(left);
        call.policy.timeout = timeout;
        call
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_at_the_timeout_or_with_the_request_whichever_is_first() {
        for (timeout, left, ends) in [(100, 500, 100), (500, 100, 100), (100, 100, 100)] {
            let below = Below::new(std::future::pending);
            let (seen, began) = (below.seen(), Instant::now());
            let outcome = DeadlineLayer.layer(below).call(taking(ms(timeout), ms(left))).await;
            assert_eq!(outcome.expect_err("nothing answered").reason(), Reason::Timeout);
            assert_eq!(began.elapsed(), ms(ends), "timeout {timeout} ms, {left} ms left");
            assert_eq!(
                seen.deadlines(),
                [began + ms(ends)],
                "the deadline that goes down is the one that holds"
            );
            assert_eq!(seen.in_flight(), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_the_request_has_used_up_is_not_given_again() {
        let deadline = DeadlineLayer.layer(Below::new(std::future::pending));
        let mut call = taking(ms(100), ms(500));
        tokio::time::advance(ms(460)).await;
        let began = Instant::now();
        call.now = began;
        let error = deadline.call(call).await.expect_err("nothing answered");
        assert_eq!(began.elapsed(), ms(40));
        assert_eq!(error.detail(), "no whole answer within 40 ms");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_of_a_request_without_time_ends_at_once() {
        let deadline = DeadlineLayer.layer(Below::new(std::future::pending));
        let (mut call, began) = (taking(ms(100), ms(10)), Instant::now());
        tokio::time::advance(ms(50)).await;
        call.now = Instant::now();
        let outcome = deadline.call(call).await;
        assert_eq!(outcome.expect_err("nothing answered").reason(), Reason::Timeout);
        assert!(began.elapsed() <= ms(51), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_time_is_handed_on_when_it_comes() {
        let below = Below::new(async || {
            tokio::time::sleep(ms(99)).await;
            answered()
        });
        let began = Instant::now();
        assert!(DeadlineLayer.layer(below).call(taking(ms(100), ms(500))).await.is_ok());
        assert_eq!(began.elapsed(), ms(99));
    }
}

//! Counts what becomes of calls. A call that is dropped, since its client went away or a sibling failed the screen, is a
//! cancellation and never a failure of the service.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tokio::time::Instant;
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason, Reply, last_failure::LastFailure};
use crate::{
    context::RequestContext,
    step::Step,
    telemetry::story::{CallId, Ended},
};

/// What became of the calls on one service, over all workers.
#[derive(Debug, Default)]
pub struct ServiceCounters {
    in_flight: AtomicU64,
    answered: AtomicU64,
    cancelled: AtomicU64,
    failed: [AtomicU64; Reason::ALL.len()],
    pub(super) kept: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) coalesced: AtomicU64,
    pub(super) last_failure: LastFailure,
}

impl ServiceCounters {
    /// Calls that wait for an answer now.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Relaxed)
    }

    /// Calls that were answered.
    pub fn answered(&self) -> u64 {
        self.answered.load(Relaxed)
    }

    /// Calls that nobody waited for any more.
    pub fn cancelled(&self) -> u64 {
        self.cancelled.load(Relaxed)
    }

    /// Calls that failed for this reason.
    pub fn failed(&self, reason: Reason) -> u64 {
        self.failed[reason as usize].load(Relaxed)
    }

    /// Calls that a kept answer was fresh for, so that nothing was sent.
    pub fn kept(&self) -> u64 {
        self.kept.load(Relaxed)
    }

    /// Calls that were answered with a stale answer.
    pub fn stale(&self) -> u64 {
        self.stale.load(Relaxed)
    }

    /// Calls that waited for the answer of another one.
    pub fn coalesced(&self) -> u64 {
        self.coalesced.load(Relaxed)
    }

    pub(super) fn count_invalid_reply(&self, operation: &'static str, error: &CallError) {
        self.last_failure.note(operation, error);
        self.answered.fetch_sub(1, Relaxed);
        self.failed[Reason::InvalidReply as usize].fetch_add(1, Relaxed);
    }
}

#[derive(Clone)]
pub(super) struct ObserveLayer(Arc<ServiceCounters>);

impl ObserveLayer {
    pub(super) fn new(counters: &Arc<ServiceCounters>) -> Self {
        Self(Arc::clone(counters))
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Observe<S> {
        Observe { inner, counters: Arc::clone(&self.0) }
    }
}

pub(super) struct Observe<S> {
    inner: S,
    counters: Arc<ServiceCounters>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Observe<S> {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let mut flight = Flight::begin(&self.counters, &outgoing);
        let operation = outgoing.operation;
        let outcome = self.inner.call(outgoing).await;
        flight.ended = match &outcome {
            Ok(Reply { kept: true, .. }) => Ended::Kept,
            Ok(Reply { stale: Some(_), .. }) => Ended::Stale,
            Ok(_) => Ended::Answered,
            Err(error) => {
                self.counters.last_failure.note(operation, error);
                Ended::Failed(error.reason())
            }
        };
        outcome
    }
}

/// One call in flight. What it was is decided when it is dropped, so that a dropped call counts too.
struct Flight<'a> {
    counters: &'a ServiceCounters,
    /// Where it is told, if anywhere.
    told: Option<(RequestContext, CallId)>,
    ended: Ended,
}

impl<'a> Flight<'a> {
    fn begin(counters: &'a ServiceCounters, outgoing: &Outgoing) -> Self {
        counters.in_flight.fetch_add(1, Relaxed);
        let told = outgoing.call.place().map(|_| (outgoing.context.clone(), outgoing.call));
        Self { counters, told, ended: Ended::Cancelled }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.counters.in_flight.fetch_sub(1, Relaxed);
        let count = match self.ended {
            Ended::Answered | Ended::Kept | Ended::Stale => &self.counters.answered,
            Ended::Failed(reason) => &self.counters.failed[reason as usize],
            Ended::Cancelled => &self.counters.cancelled,
        };
        count.fetch_add(1, Relaxed);
        if let Some((context, call)) = &self.told {
            context.story().call_ended(*call, self.ended, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;

    use super::*;
    use crate::call::testing::{Below, answered, failed, ms, outgoing};

    #[tokio::test]
    async fn an_answer_counts_as_answered() {
        let counters = Arc::default();
        let observe = ObserveLayer::new(&counters).layer(Below::new(async || answered()));
        assert!(observe.call(outgoing(ms(100))).await.is_ok());
        assert_eq!((counters.answered(), counters.cancelled(), counters.in_flight()), (1, 0, 0));
    }

    #[tokio::test]
    async fn each_reason_has_a_count_of_its_own() {
        for reason in Reason::ALL.iter().copied() {
            let counters = Arc::default();
            let observe =
                ObserveLayer::new(&counters).layer(Below::new(move || std::future::ready(failed(reason))));
            assert!(observe.call(outgoing(ms(100))).await.is_err());
            let counted: Vec<_> = Reason::ALL.iter().filter(|known| counters.failed(**known) == 1).collect();
            assert_eq!(counted, [&reason]);
            assert_eq!((counters.answered(), counters.cancelled(), counters.in_flight()), (0, 0, 0));
        }
    }

    #[tokio::test]
    async fn a_dropped_call_counts_as_cancelled_and_not_as_failed() {
        let counters = Arc::default();
        let observe = ObserveLayer::new(&counters).layer(Below::new(std::future::pending));
        {
            let mut call = pin!(observe.call(outgoing(ms(100))));
            assert_eq!(counters.in_flight(), 0, "a call that nobody polls is not in flight");
            assert!(poll!(&mut call).is_pending());
            assert_eq!(counters.in_flight(), 1);
        }
        assert_eq!((counters.cancelled(), counters.in_flight(), counters.answered()), (1, 0, 0));
        assert!(Reason::ALL.iter().all(|reason| counters.failed(*reason) == 0));
    }

    #[tokio::test]
    async fn a_reply_that_does_not_decode_moves_from_answered_to_failed() {
        let counters = Arc::default();
        let observe = ObserveLayer::new(&counters).layer(Below::new(async || answered()));
        assert!(observe.call(outgoing(ms(100))).await.is_ok());
        counters.count_invalid_reply("test.call", &CallError::new(Reason::InvalidReply, "as the test says"));
        assert_eq!((counters.answered(), counters.failed(Reason::InvalidReply)), (0, 1));
    }
}

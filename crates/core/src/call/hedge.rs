//! A second attempt of a call that is slow; the first answer counts. What it is for is the tail: one endpoint that collects
//! garbage, one lost packet. See "The Tail at Scale" (Dean, Barroso) and gRPC's request hedging (gRFC A6).
//!
//! A service that is slow as a whole must not get twice the calls, so a hedge needs room in the service's share of hedges and
//! in the budget that it spends on retries.

mod share;
#[cfg(test)]
mod tests;

use std::{
    pin::{Pin, pin},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures::future::{Either, select};
use tokio::time::{Instant, sleep_until};
use tower::Layer;

pub use self::share::HedgeCounters;
pub(super) use self::share::Share;
use super::{CallError, Outcome, Outgoing, Reason, budget::Budget, latency::Latencies};
use crate::{step::Step, telemetry::story::Event};

/// The shortest time between two looks for room.
const LOOKS: Duration = Duration::from_millis(1);

#[derive(Clone)]
pub(super) struct HedgeLayer {
    budget: Arc<Budget>,
    latencies: Arc<Latencies>,
}

impl HedgeLayer {
    pub(super) fn new(budget: &Arc<Budget>, latencies: &Arc<Latencies>) -> Self {
        Self { budget: Arc::clone(budget), latencies: Arc::clone(latencies) }
    }
}

impl<S> Layer<S> for HedgeLayer {
    type Service = Hedge<S>;

    fn layer(&self, inner: S) -> Hedge<S> {
        Hedge { inner, budget: Arc::clone(&self.budget), latencies: Arc::clone(&self.latencies) }
    }
}

pub(super) struct Hedge<S> {
    inner: S,
    budget: Arc<Budget>,
    latencies: Arc<Latencies>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Hedge<S> {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        // One hedge a call: what comes after a failure is the retry's.
        if !(outgoing.policy.hedge && outgoing.idempotent && outgoing.attempt == 0) {
            return self.inner.call(outgoing).await;
        }
        // Boxed, so that calls which are not hedged do not carry the room for two attempts and a timer.
        Box::pin(self.timed(outgoing)).await
    }
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Hedge<S> {
    /// A call whose latency counts, from its start to its answer, whichever attempt that came from.
    async fn timed(&self, outgoing: Box<Outgoing>) -> Outcome {
        let (operation, began) = (outgoing.operation, outgoing.now);
        self.latencies.share.earn(began);
        let outcome = match self.latencies.percentile(operation, began) {
            // A call that will be over by then needs no second attempt, and no copy to send.
            Some(slow) if began + slow < outgoing.deadline => self.hedged(outgoing, slow).await,
            _ => self.inner.call(outgoing).await,
        };
        if outcome.is_ok() {
            let now = Instant::now();
            self.latencies.record(operation, now.saturating_duration_since(began), now);
        }
        outcome
    }

    async fn hedged(&self, outgoing: Box<Outgoing>, slow: Duration) -> Outcome {
        let mut again = outgoing.clone();
        let mut first = pin!(self.inner.call(outgoing));
        // What fails before the hedge is sent is for the retry.
        match self.wait_for_room(first.as_mut(), &again, slow).await {
            Some(outcome) => return outcome,
            None => again.now = Instant::now(),
        }
        let counters = &self.latencies.counters;
        counters.sent.fetch_add(1, Relaxed);
        again.tell(Event::Hedged);
        let (context, call) = (again.context.clone(), again.call);
        let won = |outcome| {
            counters.won.fetch_add(1, Relaxed);
            context.story().event(call, Event::HedgeWon, Instant::now());
            outcome
        };
        // The one that is not waited for any more is dropped with this function, and so cancelled.
        match select(first, pin!(self.inner.call(again))).await {
            Either::Left((Err(error), second)) if may_differ(&error) => match second.await {
                Err(other) if may_differ(&other) => Err(telling(error, other)),
                outcome => won(outcome),
            },
            Either::Right((Err(other), first)) if may_differ(&other) => match first.await {
                Err(error) if may_differ(&error) => Err(telling(error, other)),
                outcome => outcome,
            },
            Either::Left((outcome, _)) => outcome,
            Either::Right((outcome, _)) => won(outcome),
        }
    }

    /// Waits until the call is slow and a hedge has room, or for the answer, if it comes before. A call that has waited twice
    /// as long as a slow one is stuck, and asks again and again.
    async fn wait_for_room(
        &self,
        mut first: Pin<&mut impl Future<Output = Outcome>>,
        call: &Outgoing,
        slow: Duration,
    ) -> Option<Outcome> {
        let (began, mut look) = (call.now, call.now + slow);
        while look < call.deadline {
            if let Either::Left((outcome, _)) = select(first.as_mut(), pin!(sleep_until(look))).await {
                return Some(outcome);
            }
            let now = Instant::now();
            let stuck = now.saturating_duration_since(began) >= slow * 2;
            if self.latencies.share.take(stuck, now, || self.budget.spend(now)) {
                return None;
            }
            look = now + slow.max(LOOKS);
        }
        Some(first.await)
    }
}

/// Whether the other attempt may come to something else. A refusal (404, 403, 409, …) is the service's answer: the status
/// codes that gRFC A6 calls fatal end all attempts too.
fn may_differ(error: &CallError) -> bool {
    match error.reason() {
        Reason::Timeout
        | Reason::Unavailable
        | Reason::Failed
        | Reason::Rejected
        | Reason::OpenBreaker
        | Reason::InvalidReply
        | Reason::Internal
        | Reason::Revalidating => true,
        Reason::NotFound
        | Reason::Forbidden
        | Reason::Unauthenticated
        | Reason::Conflict
        | Reason::InvalidRequest
        | Reason::Refused => false,
    }
}

/// The failure to report of two: the first attempt's, unless it was not sent at all.
fn telling(first: CallError, second: CallError) -> CallError {
    match first.reason() {
        Reason::OpenBreaker | Reason::Rejected => second,
        _ => first,
    }
}

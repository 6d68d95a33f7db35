//! One call for all who ask the same at the same time.
//!
//! Who asks first leads: its call is made as if nobody else asked, on its own worker, with its own identity, trace and time. Who
//! asks the same while it is on its way waits for its answer. Each waits for as long as it has itself: a leader that goes away,
//! or has less time than the others, leaves its call to them.

mod flights;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use http::HeaderName;
use tokio::time::Instant;
use tower::Layer;

pub(super) use self::flights::Flights;
use self::flights::{Departure, FlightKey};
use super::{
    Outcome, Outgoing,
    cache::{Key, Sent, Stamp},
    observe::ServiceCounters,
};
use crate::{step::Step, telemetry::story::Event};

/// A write with it is the same write however often it is sent, whoever sends it.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Clone)]
pub(super) struct CoalesceLayer {
    service: &'static str,
    flights: Arc<Flights>,
    counters: Arc<ServiceCounters>,
}

impl CoalesceLayer {
    pub(super) fn new(
        service: &'static str,
        flights: &Arc<Flights>,
        counters: &Arc<ServiceCounters>,
    ) -> Self {
        Self { service, flights: Arc::clone(flights), counters: Arc::clone(counters) }
    }
}

impl<S> Layer<S> for CoalesceLayer {
    type Service = Coalesce<S>;

    fn layer(&self, inner: S) -> Coalesce<S> {
        let Self { service, flights, counters } = self.clone();
        Coalesce { inner: Arc::new(inner), service, flights, counters }
    }
}

pub(super) struct Coalesce<S> {
    /// Shared, since a call may go on when its leader has left.
    inner: Arc<S>,
    service: &'static str,
    flights: Arc<Flights>,
    counters: Arc<ServiceCounters>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Coalesce<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        if !outgoing.idempotent {
            return self.inner.call(outgoing).await;
        }
        let request = outgoing.context.number();
        let (key, stamp) = self.asked(&outgoing, request);
        let (deadline, timeout) = (outgoing.deadline, outgoing.policy.timeout);
        loop {
            let landing = match self.flights.depart(&key, stamp, request) {
                Departure::Lead(flight) => {
                    let inner = Arc::clone(&self.inner);
                    let public = outgoing.owner.identity().is_none();
                    return flight.lead(public, async move { inner.call(outgoing).await }).await;
                }
                Departure::Follow(landing) => landing,
            };
            self.counters.coalesced.fetch_add(1, Relaxed);
            outgoing.tell(Event::Coalesced);
            match landing.wait().await {
                // Nothing came of the flight, by a panic.
                None => {}
                // What was asked for everybody, the service has answered for one.
                Some(landed) if !landed.is_for(request) => {
                    outgoing.now = Instant::now();
                    return self.inner.call(outgoing).await;
                }
                // The leader had less time than this one has.
                Some(landed) if landed.timed_out() && has_time(deadline, timeout) => {}
                Some(landed) => return landed.outcome,
            }
            outgoing.now = Instant::now();
        }
    }
}

impl<S> Coalesce<S> {
    /// What is asked, and by whom as far as others may wait for the answer: a write that another one may have overtaken is sent
    /// again, unless the two are one by their idempotency key.
    fn asked(&self, outgoing: &Outgoing, request: u64) -> (FlightKey, Option<Stamp>) {
        // Of nobody in particular there are many, and two of them may choose one key.
        let same_write =
            outgoing.owner.identity().is_some() && outgoing.headers.contains_key(IDEMPOTENCY_KEY);
        let same_for_all = outgoing.read_only || same_write;
        let request = (!(outgoing.policy.coalesce && same_for_all)).then_some(request);
        if let Some(ticket) = &outgoing.ticket {
            return (FlightKey::new(ticket.key.clone(), request), Some(ticket.stamp));
        }
        let key = Key::of(&outgoing.owner, &Sent::of(self.service, outgoing));
        (FlightKey::new(key, request), None)
    }
}

/// Whether one more call is worth it.
fn has_time(deadline: Instant, timeout: Duration) -> bool {
    deadline.saturating_duration_since(Instant::now()) > timeout / 4
}

//! The limit of calls in flight to one service, on one worker. A further call waits a moment for a place and is then
//! rejected, which is no failure of the service. The place lives in the call's future, so dropping it gives it back.
//!
//! The limit falls while the service answers slower than it did and rises again after ([`limit`] says how), unless
//! `adaptive = false`. What an attempt says about the service is judged here. An answer says how long it took, even one that
//! refuses, less what the request waited for its turns meanwhile: a worker that lags is no slow service. A timeout says that
//! the service is overloaded, and so does 429. Connections that fail, errors that come fast, callers who went away and what was
//! mostly our own lag say nothing. See Nygard, "Release It!", for the bulkhead.

mod baseline;
mod limit;
mod places;
mod view;
mod window;

use std::{pin::pin, sync::Arc, time::Duration};

use tokio::{
    sync::SemaphorePermit,
    time::{Instant, timeout_at},
};
use tower::Layer;

pub use self::view::BulkheadView;
pub(crate) use self::view::Bulkheads;
use self::{
    limit::{Sample, Says},
    places::Places,
};
use super::{CallError, Outcome, Outgoing, Reason};
use crate::{
    config::BulkheadConfig, context::RequestContext, routes::Priority, step::Step, telemetry::story::Event,
};

/// How many times as long the calls of a critical route wait for a place. Whoever waits comes before whoever comes later, so
/// they need not wait long, but all the time that they may. Others do so while their own worker lags, and those of a critical
/// route as long as it lags: places are then taken by calls that were answered and whose requests wait for their turns.
const PATIENT: u32 = 50;

#[derive(Clone)]
pub(super) struct BulkheadLayer {
    config: BulkheadConfig,
    all: Arc<Bulkheads>,
}

impl BulkheadLayer {
    pub(super) fn new(config: &BulkheadConfig, all: &Arc<Bulkheads>) -> Self {
        Self { config: config.clone(), all: Arc::clone(all) }
    }
}

impl<S> Layer<S> for BulkheadLayer {
    type Service = Bulkhead<S>;

    fn layer(&self, inner: S) -> Bulkhead<S> {
        let places = Arc::new(Places::new(&self.config));
        self.all.add(&places);
        Bulkhead { inner, places, wait: self.config.wait }
    }
}

pub(super) struct Bulkhead<S> {
    inner: S,
    places: Arc<Places>,
    wait: Duration,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Bulkhead<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let permit = if let Some(permit) = self.places.try_take() {
            permit
        } else {
            let waited = Box::pin(self.wait_for_place(&outgoing.context)).await;
            let began = std::mem::replace(&mut outgoing.now, Instant::now());
            outgoing.tell(match waited {
                Ok(_) => Event::BulkheadWaited { waited: outgoing.now.saturating_duration_since(began) },
                Err(_) => Event::BulkheadFull,
            });
            waited?
        };
        let mut place = Place::new(&self.places, permit, &outgoing);
        let outcome = self.inner.call(outgoing).await;
        place.end = judge(&outcome);
        outcome
    }
}

impl<S> Bulkhead<S> {
    async fn wait_for_place(&self, context: &RequestContext) -> Result<SemaphorePermit<'_>, CallError> {
        let began = Instant::now();
        let mut place = pin!(self.places.take());
        let is_critical = context.inner().route.priority == Priority::Critical;
        let patient = PATIENT * self.wait;
        let mut patience = if is_critical { patient } else { self.wait };
        loop {
            #[expect(clippy::disallowed_methods, reason = "this module owns the wait for a place")]
            let waited = timeout_at(began + patience, &mut place).await;
            if let Some(permit) = waited.ok().flatten() {
                return Ok(permit);
            }
            let waits_on = is_critical || patience < patient;
            if !waits_on || !context.inner().work.worker_lags() {
                let (limit, wait) = (self.places.limit(), patience.as_millis());
                let detail = format!("no free place among its {limit} calls in flight within {wait} ms");
                return Err(CallError::new(Reason::Rejected, detail));
            }
            patience = if is_critical { patience + patient } else { patient };
        }
    }
}

/// An attempt in flight. What it says of the service is told when it is dropped, so that every way out gives the place back.
struct Place<'a> {
    places: &'a Places,
    permit: Option<SemaphorePermit<'a>>,
    operation: &'static str,
    context: RequestContext,
    /// What its request had waited for its turns by then.
    lag: Duration,
    began: Instant,
    deadline: Instant,
    /// A deadline that a client chose says nothing about the service: a hurried caller must not lower the limit for others.
    hurried: bool,
    end: End,
}

/// How an attempt ended.
enum End {
    /// Its future was dropped.
    Dropped,
    Says(Says),
    SaysNothing,
}

impl<'a> Place<'a> {
    fn new(places: &'a Places, permit: SemaphorePermit<'a>, outgoing: &Outgoing) -> Self {
        Self {
            places,
            permit: Some(permit),
            operation: outgoing.operation,
            lag: outgoing.context.inner().work.lag(),
            context: outgoing.context.clone(),
            began: outgoing.now,
            deadline: outgoing.deadline,
            hurried: outgoing.context.inner().hurried,
            end: End::Dropped,
        }
    }

    /// What it says of the service, with the one look at the clock that this costs.
    fn sample(&self) -> Option<(Sample, Instant)> {
        let (says, now) = match self.end {
            End::SaysNothing => return None,
            End::Says(Says::TimedOut) | End::Dropped if self.hurried => return None,
            End::Says(says) => (says, Instant::now()),
            // Dropped at its deadline it is a timeout, dropped before a cancellation.
            End::Dropped => (Says::TimedOut, Some(Instant::now()).filter(|now| *now >= self.deadline)?),
        };
        let whole = now.saturating_duration_since(self.began);
        let took = whole.saturating_sub(self.context.inner().work.lag().saturating_sub(self.lag));
        // Of what was mostly our own doing nobody can say how long the service took.
        let tells = says == Says::TurnedAway || 2 * took >= whole;
        tells.then_some((Sample { operation: self.operation, says, took }, now))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else { return };
        self.places.give_back(permit, || self.sample());
    }
}

fn judge(outcome: &Outcome) -> End {
    let Err(error) = outcome else { return End::Says(Says::Answered) };
    match error.reason() {
        Reason::NotFound
        | Reason::Forbidden
        | Reason::Unauthenticated
        | Reason::Conflict
        | Reason::InvalidRequest
        | Reason::Refused => End::Says(Says::Refused),
        Reason::Timeout => End::Says(Says::TimedOut),
        Reason::Rejected => End::Says(Says::TurnedAway),
        // A reply that is cut off or too large ended before its time, like a failure.
        Reason::Unavailable
        | Reason::Failed
        | Reason::OpenBreaker
        | Reason::InvalidReply
        | Reason::Internal
        | Reason::Revalidating => End::SaysNothing,
    }
}

#[cfg(test)]
mod tests;

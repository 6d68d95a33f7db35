//! The limit of calls in flight to one service, on one worker. A further call waits a moment for a place and is then
//! rejected, which is no failure of the service. The permit lives in the call's future, so dropping it gives it back.

use std::time::Duration;

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason};
use crate::{config::BulkheadConfig, step::Step};

#[derive(Clone, Copy)]
pub(super) struct BulkheadLayer {
    limit: usize,
    wait: Duration,
}

impl BulkheadLayer {
    pub(super) fn new(config: &BulkheadConfig) -> Self {
        Self { limit: config.limit, wait: config.wait }
    }
}

impl<S> Layer<S> for BulkheadLayer {
    type Service = Bulkhead<S>;

    fn layer(&self, inner: S) -> Bulkhead<S> {
        Bulkhead { inner, places: Semaphore::new(self.limit), wait: self.wait }
    }
}

pub(super) struct Bulkhead<S> {
    inner: S,
    places: Semaphore,
    wait: Duration,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Bulkhead<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let _place = if let Ok(place) = self.places.try_acquire() {
            place
        } else {
            let place = Box::pin(self.wait_for_place()).await?;
            outgoing.now = Instant::now();
            place
        };
        self.inner.call(outgoing).await
    }
}

impl<S> Bulkhead<S> {
    async fn wait_for_place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, CallError> {
        let until = Instant::now() + self.wait;
        #[expect(clippy::disallowed_methods, reason = "this module owns the wait for a place")]
        let waited = timeout_at(until, self.places.acquire()).await;
        waited.ok().and_then(Result::ok).ok_or_else(|| {
            let detail =
                format!("no free place among its calls in flight within {} ms", self.wait.as_millis());
            CallError::new(Reason::Rejected, detail)
        })
    }
}

#[cfg(test)]
mod tests;

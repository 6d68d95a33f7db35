//! One attempt on a service, from its first byte to its end: what it took and came to, and the span of which its service is told.

use std::sync::Arc;

use tokio::time::Instant;
use tower::Layer;

use super::{Outcome, Outgoing, Reason, Wire};
use crate::{
    context::RequestContext,
    step::Step,
    telemetry::{
        metrics::service::ServiceMeter,
        story::{AttemptEnd, AttemptRecord, AttemptWire},
        trace,
    },
};

#[derive(Clone)]
pub(super) struct MeasureLayer(Option<Arc<ServiceMeter>>);

impl MeasureLayer {
    pub(super) fn new(meter: Option<&Arc<ServiceMeter>>) -> Self {
        Self(meter.cloned())
    }
}

impl<S> Layer<S> for MeasureLayer {
    type Service = Measure<S>;

    fn layer(&self, inner: S) -> Measure<S> {
        Measure { inner, meter: self.0.clone() }
    }
}

pub(super) struct Measure<S> {
    inner: S,
    meter: Option<Arc<ServiceMeter>>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Measure<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        outgoing.span = trace::new_span();
        let mut attempt = Attempt::begin(self.meter.as_deref(), &outgoing);
        let outcome = self.inner.call(outgoing).await;
        if let Some(attempt) = &mut attempt {
            attempt.end(&outcome);
        }
        outcome
    }
}

/// An attempt in flight. It is told of when it is dropped, so that one which nobody waits for any more is told of too.
struct Attempt<'a> {
    /// Where it is told, if anywhere.
    context: Option<RequestContext>,
    meter: Option<&'a ServiceMeter>,
    operation: &'static str,
    deadline: Instant,
    /// There until it is told.
    record: Option<AttemptRecord>,
}

impl<'a> Attempt<'a> {
    /// Nothing where nobody may ask.
    fn begin(meter: Option<&'a ServiceMeter>, outgoing: &Outgoing) -> Option<Self> {
        let context = outgoing.call.place().map(|_| outgoing.context.clone());
        if context.is_none() && meter.is_none() {
            return None;
        }
        let record = AttemptRecord {
            call: outgoing.call,
            number: outgoing.attempt,
            span: outgoing.span,
            endpoint: outgoing.peer.as_ref().map(|peer| peer.endpoint()),
            wire: match &outgoing.wire {
                Wire::Http { method, .. } => AttemptWire::Http(method.clone()),
                Wire::Grpc { path, .. } => AttemptWire::Grpc(path),
            },
            began: outgoing.now,
            ended: outgoing.now,
            end: AttemptEnd::Cancelled,
        };
        let (operation, deadline) = (outgoing.operation, outgoing.deadline);
        Some(Self { context, meter, operation, deadline, record: Some(record) })
    }

    fn end(&mut self, outcome: &Outcome) {
        let Some(record) = &mut self.record else { return };
        record.end = match outcome {
            Ok(reply) => AttemptEnd::Answered { status: reply.status },
            Err(error) => AttemptEnd::Failed { reason: error.reason(), status: error.status() },
        };
        if let (Some(meter), Ok(reply), AttemptWire::Http(_)) = (self.meter, outcome, &record.wire) {
            meter.operation(self.operation).reply(reply.body.len());
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let Some(mut record) = self.record.take() else { return };
        record.ended = Instant::now();
        // What is dropped at its deadline was waited for until then.
        if record.end == AttemptEnd::Cancelled && record.ended >= self.deadline {
            record.end = AttemptEnd::Failed { reason: Reason::Timeout, status: None };
        }
        if let Some(meter) = self.meter {
            meter.attempt(self.operation, record.endpoint.as_ref().map(|endpoint| &*endpoint.url), &record);
        }
        if let Some(context) = &self.context {
            context.story().attempt(record);
        }
    }
}

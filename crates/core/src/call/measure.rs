//! One attempt on a service, from its first byte to its end: what it took and came to, and the span of which its service is told.

use tokio::time::Instant;
use tower::Layer;

use super::{Outcome, Outgoing, Wire};
use crate::{
    context::RequestContext,
    step::Step,
    telemetry::{
        story::{AttemptEnd, AttemptRecord, AttemptWire},
        trace,
    },
};

#[derive(Clone, Copy)]
pub(super) struct MeasureLayer;

impl<S> Layer<S> for MeasureLayer {
    type Service = Measure<S>;

    fn layer(&self, inner: S) -> Measure<S> {
        Measure { inner }
    }
}

pub(super) struct Measure<S> {
    inner: S,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Measure<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        outgoing.span = trace::new_span();
        let mut attempt = Attempt::begin(&outgoing);
        let outcome = self.inner.call(outgoing).await;
        if let Some(attempt) = &mut attempt {
            attempt.ended(match &outcome {
                Ok(reply) => AttemptEnd::Answered { status: reply.status },
                Err(error) => AttemptEnd::Failed { reason: error.reason(), status: error.status() },
            });
        }
        outcome
    }
}

/// An attempt in flight. It is told of when it is dropped, so that one which nobody waits for any more is told of too.
struct Attempt {
    context: RequestContext,
    /// There until it is told.
    record: Option<AttemptRecord>,
}

impl Attempt {
    /// Nothing where nobody may ask.
    fn begin(outgoing: &Outgoing) -> Option<Self> {
        outgoing.call.place()?;
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
        Some(Self { context: outgoing.context.clone(), record: Some(record) })
    }

    fn ended(&mut self, end: AttemptEnd) {
        if let Some(record) = &mut self.record {
            record.end = end;
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(mut record) = self.record.take() {
            record.ended = Instant::now();
            self.context.story().attempt(record);
        }
    }
}

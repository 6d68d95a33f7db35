//! The end of a request: what became of it is told once, when its answer is ready or its client has gone.

use std::sync::Arc;

use axum::response::Response;
use http::{Method, StatusCode};
use http_body::Body as _;
use tokio::time::Instant;
use tower::Layer;

use super::{Exchange, Shared};
use crate::{
    context::RequestContext,
    problem::Problem,
    step::Step,
    telemetry::{
        Finished,
        metrics::route::{Active, RouteMeter},
    },
};

#[derive(Clone)]
pub(super) struct FinishLayer {
    shared: Arc<Shared>,
    meter: Option<Arc<RouteMeter>>,
}

impl FinishLayer {
    pub(super) fn new(shared: &Arc<Shared>, meter: Option<&Arc<RouteMeter>>) -> Self {
        Self { shared: Arc::clone(shared), meter: meter.cloned() }
    }
}

impl<S> Layer<S> for FinishLayer {
    type Service = Finish<S>;

    fn layer(&self, inner: S) -> Finish<S> {
        Finish { inner, to: self.clone() }
    }
}

pub(super) struct Finish<S> {
    inner: S,
    to: FinishLayer,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Finish<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let FinishLayer { shared, meter } = &self.to;
        if !shared.telemetry.is_on() {
            return self.inner.call(exchange).await;
        }
        let mut end = End {
            shared,
            meter: meter.as_deref(),
            _active: meter.as_ref().map(|meter| meter.begin()),
            context: exchange.context.clone(),
            method: exchange.request.method().clone(),
            status: None,
            problem: None,
            response_bytes: None,
        };
        let response = self.inner.call(exchange).await;
        end.status = Some(response.status());
        end.response_bytes = size(&response);
        if response.status() >= StatusCode::BAD_REQUEST {
            end.problem = response.extensions().get::<Problem>().cloned();
        }
        response
    }
}

/// Tells when it is dropped, so that a request whose client went away is told of too.
struct End<'a> {
    shared: &'a Shared,
    meter: Option<&'a RouteMeter>,
    _active: Option<Active<'a>>,
    context: RequestContext,
    method: Method,
    status: Option<StatusCode>,
    problem: Option<Problem>,
    response_bytes: Option<u64>,
}

/// Of a body that is there as a whole. One without an end that is known has none.
fn size(response: &Response) -> Option<u64> {
    let body = response.body();
    if body.is_end_stream() { Some(0) } else { body.size_hint().exact() }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.shared.telemetry.finished(&Finished {
            context: &self.context,
            method: &self.method,
            status: self.status,
            problem: self.problem.as_ref(),
            ended: Instant::now(),
            response_bytes: self.response_bytes,
            meter: self.meter,
        });
    }
}

//! The end of a request: what became of it is told once, when its answer is ready or its client has gone.

use std::sync::Arc;

use axum::response::Response;
use http::{Method, StatusCode};
use tokio::time::Instant;
use tower::Layer;

use super::{Exchange, Shared};
use crate::{context::RequestContext, problem::Problem, step::Step, telemetry::Finished};

#[derive(Clone)]
pub(super) struct FinishLayer(Arc<Shared>);

impl FinishLayer {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }
}

impl<S> Layer<S> for FinishLayer {
    type Service = Finish<S>;

    fn layer(&self, inner: S) -> Finish<S> {
        Finish { inner, shared: Arc::clone(&self.0) }
    }
}

pub(super) struct Finish<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Finish<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        if !self.shared.telemetry.is_on() {
            return self.inner.call(exchange).await;
        }
        let mut end = End {
            shared: &self.shared,
            context: exchange.context.clone(),
            method: exchange.request.method().clone(),
            status: None,
            problem: None,
        };
        let response = self.inner.call(exchange).await;
        end.status = Some(response.status());
        if response.status() >= StatusCode::BAD_REQUEST {
            end.problem = response.extensions().get::<Problem>().cloned();
        }
        response
    }
}

/// Tells when it is dropped, so that a request whose client went away is told of too.
struct End<'a> {
    shared: &'a Shared,
    context: RequestContext,
    method: Method,
    status: Option<StatusCode>,
    problem: Option<Problem>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.shared.telemetry.finished(&Finished {
            context: &self.context,
            method: &self.method,
            status: self.status,
            problem: self.problem.as_ref(),
            ended: Instant::now(),
        });
    }
}

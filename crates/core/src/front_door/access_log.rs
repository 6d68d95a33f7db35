//! One line a request, written when its answer is ready or its client has gone.

use std::sync::Arc;

use axum::response::Response;
use http::{Method, StatusCode};
use tower::Layer;

use super::{Exchange, Shared};
use crate::{context::RequestContext, problem::Problem, step::Step, telemetry::log::Line};

/// nginx's word for "the client closed the request": no answer was sent, so no registered status fits.
const CLIENT_CLOSED: u16 = 499;

#[derive(Clone)]
pub(super) struct AccessLogLayer(Arc<Shared>);

impl AccessLogLayer {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }
}

impl<S> Layer<S> for AccessLogLayer {
    type Service = Logged<S>;

    fn layer(&self, inner: S) -> Logged<S> {
        Logged { inner, shared: Arc::clone(&self.0) }
    }
}

pub(super) struct Logged<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Logged<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        if !self.shared.log.is_on() {
            return self.inner.call(exchange).await;
        }
        let mut entry = Entry {
            shared: &self.shared,
            context: exchange.context.clone(),
            method: exchange.request.method().clone(),
            status: CLIENT_CLOSED,
            problem: None,
        };
        let response = self.inner.call(exchange).await;
        entry.status = response.status().as_u16();
        if entry.status >= StatusCode::BAD_REQUEST.as_u16() {
            entry.problem = response.extensions().get::<Problem>().cloned();
        }
        response
    }
}

/// Writes its line when it is dropped, so that a request whose client went away has one too.
struct Entry<'a> {
    shared: &'a Shared,
    context: RequestContext,
    method: Method,
    status: u16,
    problem: Option<Problem>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let sections = self.context.sections();
        let context = self.context.inner();
        self.shared.log.write(&Line {
            request_id: self.context.request_id(),
            trace_id: &context.trace.id(),
            method: self.method.as_str(),
            route: context.route.path,
            status: self.status,
            elapsed: context.started.elapsed(),
            code: self.problem.as_ref().map(|problem| problem.code().as_str()),
            reason: self.problem.as_ref().and_then(Problem::reason),
            sections: &sections,
        });
    }
}

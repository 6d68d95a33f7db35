//! Whether the route lets in who asks.

use std::sync::Arc;

use axum::{
    RequestExt as _,
    extract::RawPathParams,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use tower::Layer;

use super::Exchange;
use crate::{
    auth::{Credential, Denied},
    problem::{Code, Problem},
    routes::RouteInfo,
    step::Step,
};

#[derive(Clone)]
pub(super) struct AuthorizeLayer(Arc<RouteInfo>);

impl AuthorizeLayer {
    pub(super) fn new(route: &Arc<RouteInfo>) -> Self {
        Self(Arc::clone(route))
    }
}

impl<S> Layer<S> for AuthorizeLayer {
    type Service = Authorize<S>;

    fn layer(&self, inner: S) -> Authorize<S> {
        Authorize { inner, route: Arc::clone(&self.0) }
    }
}

pub(super) struct Authorize<S> {
    inner: S,
    route: Arc<RouteInfo>,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Authorize<S> {
    type Out = Response;

    async fn call(&self, mut exchange: Box<Exchange>) -> Response {
        let policy = &self.route.policy;
        if policy.needs_identity() {
            let parameters = if policy.has_owner() {
                // Those that the handler sees, so that what was compared is what is asked for.
                exchange.request.extract_parts::<RawPathParams>().await.ok()
            } else {
                None
            };
            let parameter = |name: &str| {
                parameters.as_ref()?.iter().find_map(|(known, value)| (known == name).then_some(value))
            };
            let caller = exchange.context.identity();
            if let Err(denied) = policy.check(caller.map(AsRef::as_ref), parameter) {
                return forbidden(&denied, caller.map(|caller| caller.credential())).into_response();
            }
        }
        self.inner.call(exchange).await
    }
}

/// A caller who could come with another token is told so. Of a key and a certificate we decide ourselves what they may do.
fn forbidden(denied: &Denied, credential: Option<Credential>) -> Problem {
    // What belongs to somebody else does not exist: an answer of its own would tell that it does.
    if let Denied::NotOwn(_) = denied {
        return Problem::new(Code::NotFound).with_reason(denied.to_string());
    }
    let problem = Problem::new(Code::Forbidden).with_detail(denied.to_string());
    if credential != Some(Credential::Token) {
        return problem;
    }
    let challenge = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
    problem.with_header(header::WWW_AUTHENTICATE, challenge)
}

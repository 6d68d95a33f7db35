//! Who asks, and whether the route lets them. Credentials are checked once, here.

use std::sync::Arc;

use axum::{
    RequestExt as _,
    extract::RawPathParams,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, header};
use tower::Layer;

use super::{Exchange, Shared};
use crate::{
    auth::{self, Denied, Identity, Policy, TokenError},
    problem::{Code, Problem},
    routes::RouteInfo,
    step::Step,
};

#[derive(Clone)]
pub(super) struct AuthenticateLayer {
    shared: Arc<Shared>,
    route: Arc<RouteInfo>,
}

impl AuthenticateLayer {
    pub(super) fn new(shared: &Arc<Shared>, route: &Arc<RouteInfo>) -> Self {
        Self { shared: Arc::clone(shared), route: Arc::clone(route) }
    }
}

impl<S> Layer<S> for AuthenticateLayer {
    type Service = Authenticate<S>;

    fn layer(&self, inner: S) -> Authenticate<S> {
        Authenticate { inner, settings: self.clone() }
    }
}

pub(super) struct Authenticate<S> {
    inner: S,
    settings: AuthenticateLayer,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Authenticate<S> {
    type Out = Response;

    async fn call(&self, mut exchange: Box<Exchange>) -> Response {
        let AuthenticateLayer { shared, route } = &self.settings;
        // A public route doesn't look at credentials, so that a stale one can't lock anybody out of it.
        if route.policy.needs_identity() {
            let parameters = if route.policy.has_owner() {
                // Those that the handler sees, so that what was compared is what is asked for.
                exchange.request.extract_parts::<RawPathParams>().await.ok()
            } else {
                None
            };
            match authenticate(shared, &route.policy, exchange.request.headers(), parameters.as_ref()) {
                Ok(identity) => exchange.context.identify(identity),
                Err(problem) => return problem.into_response(),
            }
        }
        self.inner.call(exchange).await
    }
}

fn authenticate(
    shared: &Shared,
    policy: &Policy,
    headers: &HeaderMap,
    parameters: Option<&RawPathParams>,
) -> Result<Arc<Identity>, Problem> {
    let token = auth::bearer(headers).map_err(|error| refused(&error))?;
    let token = token.ok_or_else(|| {
        Problem::new(Code::MissingToken)
            .with_detail("send an Authorization header with a bearer token")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    })?;
    let identity = shared.verifier.verify(token).map_err(|error| refused(&error))?;
    let parameter =
        |name: &str| parameters?.iter().find_map(|(known, value)| (known == name).then_some(value));
    policy.check(Some(&identity), parameter).map_err(|denied| forbidden(&denied))?;
    Ok(identity)
}

/// RFC 6750, section 3.1.
fn refused(error: &TokenError) -> Problem {
    let code = if matches!(error, TokenError::Expired) { Code::ExpiredToken } else { Code::InvalidToken };
    Problem::new(code)
        .with_detail(error.to_string())
        .with_reason(error.log_reason())
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
}

fn forbidden(denied: &Denied) -> Problem {
    // What belongs to somebody else does not exist: an answer of its own would tell that it does.
    if let Denied::NotOwn(_) = denied {
        return Problem::new(Code::NotFound).with_reason(denied.to_string());
    }
    let problem = Problem::new(Code::Forbidden).with_detail(denied.to_string());
    let challenge = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
    problem.with_header(header::WWW_AUTHENTICATE, challenge)
}

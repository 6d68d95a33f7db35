//! Who asks. Credentials are checked once, here.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tower::Layer;

use super::{Exchange, FrontDoor, Shared, rate_limit::Meter};
use crate::{
    auth::{ApiKeyError, Authenticator, Identity, PeerCertificate, Refused, TokenError},
    context::RequestContext,
    problem::{Code, Problem},
    rate_limit::Asks,
    routes::RouteInfo,
    step::Step,
    telemetry::metrics::route::RouteMeter,
};

#[derive(Clone)]
pub(super) struct AuthenticateLayer {
    shared: Arc<Shared>,
    route: Arc<RouteInfo>,
    /// Whoever guesses is counted by address.
    meter: Option<Meter>,
}

impl AuthenticateLayer {
    pub(super) fn new(door: &FrontDoor, route: &Arc<RouteInfo>, decisions: Option<&Arc<RouteMeter>>) -> Self {
        let meter = Meter::new(door, route, decisions);
        Self { shared: Arc::clone(&door.shared), route: Arc::clone(route), meter }
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

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let AuthenticateLayer { shared, route, meter } = &self.settings;
        // A public route doesn't look at credentials, so that a stale one can't lock anybody out of it.
        if route.policy.needs_identity() {
            let (headers, extensions) = (exchange.request.headers(), exchange.request.extensions());
            // The listener put it there. Nothing that a client writes into its request can.
            let certificate = extensions.get::<PeerCertificate>();
            match authenticate(&shared.authenticator, headers, certificate).await {
                Ok(identity) => exchange.context.identify(identity),
                // What can't be checked now is nobody's guess.
                Err(problem) if problem.status() != StatusCode::UNAUTHORIZED => {
                    return problem.into_response();
                }
                Err(problem) => return strangers(meter.as_ref(), &exchange.context, problem).await,
            }
        }
        self.inner.call(exchange).await
    }
}

/// What whoever is nobody gets, as often as their address may ask.
async fn strangers(meter: Option<&Meter>, context: &RequestContext, problem: Problem) -> Response {
    let refusal = match meter {
        Some(meter) => Box::pin(meter.charge(context, Asks::Guess(context.client()))).await.err(),
        None => None,
    };
    refusal.unwrap_or_else(|| problem.into_response())
}

async fn authenticate(
    authenticator: &Authenticator,
    headers: &HeaderMap,
    certificate: Option<&PeerCertificate>,
) -> Result<Arc<Identity>, Problem> {
    let identity = authenticator.authenticate(headers, certificate).await.map_err(refused)?;
    identity.ok_or_else(|| missing(authenticator.accepts_api_keys()))
}

/// RFC 9110, section 11.6.1: a 401 names all that would do.
fn missing(accepts_api_keys: bool) -> Problem {
    let (detail, challenge) = if accepts_api_keys {
        (
            "send an Authorization header with a bearer token, or an X-Api-Key header",
            "Bearer, ApiKey header=\"X-Api-Key\"",
        )
    } else {
        ("send an Authorization header with a bearer token", "Bearer")
    };
    let challenge = HeaderValue::from_static(challenge);
    Problem::new(Code::MissingToken).with_detail(detail).with_header(header::WWW_AUTHENTICATE, challenge)
}

/// RFC 6750, section 3.1, for tokens. No RFC has a scheme for keys in a header of their own; a 401 needs a challenge all the same.
fn refused(refused: Refused) -> Problem {
    let problem =
        Problem::new(refused.code()).with_detail(refused.to_string()).with_reason(refused.log_reason());
    let challenge = match refused {
        // Not the token's fault, so no client throws a good one away.
        Refused::Token(TokenError::IssuerUnavailable(seconds)) => {
            return problem.with_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Refused::Token(_) => "Bearer error=\"invalid_token\"",
        Refused::ApiKey(ApiKeyError::Unavailable) | Refused::Undecided => return problem,
        Refused::ApiKey(_) => "ApiKey header=\"X-Api-Key\"",
        Refused::Ambiguous => "Bearer error=\"invalid_request\"",
    };
    problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

#[cfg(test)]
mod tests;

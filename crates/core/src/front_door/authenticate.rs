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
    auth::{
        ApiKeyError, Authenticator, Credential, Denied, Identity, PeerCertificate, Policy, Refused,
        TokenError,
    },
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
            let (headers, extensions) = (exchange.request.headers(), exchange.request.extensions());
            // The listener put it there. Nothing that a client writes into its request can.
            let certificate = extensions.get::<PeerCertificate>();
            let caller = authenticate(&shared.authenticator, headers, certificate).await;
            match caller.and_then(|caller| admit(&route.policy, caller, parameters.as_ref())) {
                Ok(identity) => exchange.context.identify(identity),
                Err(problem) => return problem.into_response(),
            }
        }
        self.inner.call(exchange).await
    }
}

async fn authenticate(
    authenticator: &Authenticator,
    headers: &HeaderMap,
    certificate: Option<&PeerCertificate>,
) -> Result<Arc<Identity>, Problem> {
    let identity = authenticator.authenticate(headers, certificate).await.map_err(refused)?;
    identity.ok_or_else(|| missing(authenticator.accepts_api_keys()))
}

fn admit(
    policy: &Policy,
    caller: Arc<Identity>,
    parameters: Option<&RawPathParams>,
) -> Result<Arc<Identity>, Problem> {
    let parameter =
        |name: &str| parameters?.iter().find_map(|(known, value)| (known == name).then_some(value));
    policy.check(Some(&caller), parameter).map_err(|denied| forbidden(&denied, caller.credential()))?;
    Ok(caller)
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

/// A caller who could come with another token is told so. Of a key and a certificate we decide ourselves what they may do.
fn forbidden(denied: &Denied, credential: Credential) -> Problem {
    // What belongs to somebody else does not exist: an answer of its own would tell that it does.
    if let Denied::NotOwn(_) = denied {
        return Problem::new(Code::NotFound).with_reason(denied.to_string());
    }
    let problem = Problem::new(Code::Forbidden).with_detail(denied.to_string());
    if credential != Credential::Token {
        return problem;
    }
    let challenge = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
    problem.with_header(header::WWW_AUTHENTICATE, challenge)
}

#[cfg(test)]
mod tests;

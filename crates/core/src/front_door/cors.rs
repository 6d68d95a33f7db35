//! Which pages of other origins may read replies: CORS, the protocol of the Fetch standard
//! (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
//!
//! A browser asks first whether a page may send what it wants to (a *preflight*: OPTIONS, without a credential), so that is answered
//! before anybody is authenticated, admitted or charged. To replies, errors among them, it says which origin may read them. An
//! origin that is not allowed is told nothing, and the browser keeps the reply from its page. This protects no BFF from
//! requests: whoever has a credential may send them, with or without a page.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tower::Layer;

use super::{Exchange, Shared};
use crate::{config::CorsConfig, routes::RouteInfo, step::Step};

/// What a page may read beside what it may always (<https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>).
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "x-request-id, server-timing, etag, retry-after, ratelimit, ratelimit-policy, deprecation, sunset, link",
);

/// What a page may send beside what it may always. Not `X-Api-Key`: a key in a page is everybody's.
const SENT: &str = "authorization, content-type, idempotency-key, if-none-match, traceparent, tracestate, x-request-timeout-ms";

const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// Who may, and the headers that say it.
pub(crate) struct Cors {
    origins: Origins,
    credentials: bool,
    /// Whether pages may see what requests took.
    timing: bool,
    methods: HeaderValue,
    headers: HeaderValue,
    max_age: HeaderValue,
}

enum Origins {
    Any,
    These(Vec<HeaderValue>),
}

impl Cors {
    /// `None` where no origin is named.
    pub(crate) fn new<'a>(
        config: &CorsConfig,
        timing: bool,
        routes: impl Iterator<Item = &'a RouteInfo>,
    ) -> Option<Self> {
        let origins = match &config.origins[..] {
            [] => return None,
            [any] if any == "*" => Origins::Any,
            // The check of the configuration has refused what is no text of a header.
            these => Origins::These(these.iter().filter_map(|origin| origin.parse().ok()).collect()),
        };
        let mut methods = vec!["GET", "HEAD"];
        for method in routes.filter_map(|route| route.method.as_ref()) {
            if !methods.contains(&method.as_str()) {
                methods.push(method.as_str());
            }
        }
        let headers = config.headers.iter().map(|name| format!(", {name}"));
        let headers = SENT.to_owned() + &headers.collect::<String>();
        Some(Self {
            origins,
            credentials: config.credentials,
            timing,
            methods: methods.join(", ").parse().ok()?,
            headers: headers.parse().ok()?,
            max_age: config.max_age.as_secs().into(),
        })
    }

    /// What a reply to this origin says of who may read it, if anybody may.
    fn allows(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match &self.origins {
            Origins::Any => origin.map(|_| HeaderValue::from_static("*")),
            Origins::These(these) => origin.filter(|origin| these.contains(origin)).cloned(),
        }
    }

    /// Adds to a reply who may read it.
    fn say(&self, allowed: Option<HeaderValue>, headers: &mut HeaderMap) {
        if matches!(self.origins, Origins::These(_)) {
            // Whoever keeps the reply must not give one origin what was said to another one.
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        let Some(allowed) = allowed else { return };
        if self.timing {
            headers.insert(TIMING_ALLOW_ORIGIN, allowed.clone());
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    /// What a page of an allowed origin may send. It is the same for all paths, so that it is told of a path that does not exist
    /// by the reply and not by the browser.
    fn preflight(&self, allowed: HeaderValue) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        self.say(Some(allowed), headers);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        response
    }
}

#[derive(Clone)]
pub(super) struct AllowOriginLayer(Arc<Shared>);

impl AllowOriginLayer {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }
}

impl<S> Layer<S> for AllowOriginLayer {
    type Service = AllowOrigin<S>;

    fn layer(&self, inner: S) -> AllowOrigin<S> {
        AllowOrigin { inner, shared: Arc::clone(&self.0) }
    }
}

pub(super) struct AllowOrigin<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for AllowOrigin<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let Some(cors) = &self.shared.cors else { return self.inner.call(exchange).await };
        let request = &exchange.request;
        let allowed = cors.allows(request.headers().get(header::ORIGIN));
        let asks = *request.method() == Method::OPTIONS
            && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if asks && let Some(allowed) = allowed {
            return cors.preflight(allowed);
        }
        let mut response = self.inner.call(exchange).await;
        if allowed.is_some() {
            response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        cors.say(allowed, response.headers_mut());
        response
    }
}

//! Errors that a client sees: RFC 9457 `application/problem+json`, with a stable `code` from one registry.
//!
//! What the client may see (`code`, `title`, `detail`) and what the log must say (`reason`) are two messages. A
//! [`Problem`] becomes bytes in one place, the `render` step of the inbound stack, which knows the request id.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;

use crate::telemetry::trace::TraceContext;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// The registry of codes. A code never changes its meaning; clients may switch on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name that clients switch on.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The status that goes with it.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// What it means, for a person.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

codes! {
    /// A path or query parameter is missing or wrong; `detail` says which and why.
    InvalidParameter = "invalid_parameter", BAD_REQUEST, "A parameter is missing or wrong";
    /// The request's body is not what the route expects; `detail` says where and why.
    InvalidBody = "invalid_body", BAD_REQUEST, "The request body is not what this route expects";
    /// The request is malformed in another way.
    BadRequest = "bad_request", BAD_REQUEST, "The request is malformed";
    /// A header's value is not text, or appears twice where it may not.
    InvalidHeader = "invalid_header", BAD_REQUEST, "A header is malformed";
    /// A service that the screen needs does not accept a value of the request.
    InvalidRequest = "invalid_request", BAD_REQUEST, "A value of the request is not acceptable";
    /// The route needs a credential and none came.
    MissingToken = "missing_token", UNAUTHORIZED, "A bearer token is needed";
    /// The credential is not one that this BFF accepts.
    InvalidToken = "invalid_token", UNAUTHORIZED, "The bearer token is not valid";
    /// The credential was valid once.
    ExpiredToken = "expired_token", UNAUTHORIZED, "The bearer token has expired";
    /// The API key is not one that this BFF accepts, or no longer.
    InvalidApiKey = "invalid_api_key", UNAUTHORIZED, "The API key is not valid";
    /// The request has a bearer token and an API key, which may be two callers.
    AmbiguousCredentials = "ambiguous_credentials", UNAUTHORIZED, "The request has more than one credential";
    /// The caller is known and may not do this.
    Forbidden = "forbidden", FORBIDDEN, "The caller may not do this";
    /// No route has this path.
    UnknownPath = "unknown_path", NOT_FOUND, "There is nothing at this path";
    /// The thing that the screen is about does not exist, or not for this caller.
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    /// The path exists, the method does not; `Allow` lists those that do.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The path exists, but not with this method";
    /// The body came too slowly.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT, "The request body took too long to arrive";
    /// A service refused the request as it stands, such as a write that conflicts.
    Conflict = "conflict", CONFLICT, "The request conflicts with the present state";
    /// The body is larger than the limit.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The request body is too large";
    /// Path and query are longer than the limit.
    UriTooLong = "uri_too_long", URI_TOO_LONG, "The path and query are too long";
    /// The body's media type is not the one that the route reads.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body's media type is not supported";
    /// The caller asks too often.
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "Too many requests";
    /// The headers are larger or more than the limit.
    HeadTooLarge = "head_too_large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The request headers are too large";
    /// Something in the BFF broke; the log has it under the request id.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here";
    /// A required section's service failed or answered nonsense.
    ServiceFailed = "service_failed", BAD_GATEWAY, "A service that this screen needs did not answer properly";
    /// The keys of the token's issuer are not known, since it does not answer; `Retry-After` says when it is asked again.
    IssuerUnavailable = "issuer_unavailable", SERVICE_UNAVAILABLE, "The issuer of the token can't be reached";
    /// The BFF can't take this request now.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "The service is busy";
    /// A required section's service did not answer in time.
    ServiceTimeout = "service_timeout", GATEWAY_TIMEOUT, "A service that this screen needs did not answer in time";
    /// The request as a whole took longer than its deadline.
    DeadlineExceeded = "deadline_exceeded", GATEWAY_TIMEOUT, "The deadline of the request has passed";
}

/// An error for the client, with what the log must say beside it.
///
/// ```
/// use bff_core::problem::{Code, Problem};
///
/// let problem = Problem::new(Code::NotFound).with_detail("no order has this id");
/// assert_eq!(problem.code().status(), 404);
/// ```
#[derive(Debug, Clone)]
pub struct Problem(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    /// Where it is not the code's own.
    status: Option<StatusCode>,
    detail: Option<Cow<'static, str>>,
    reason: Option<Cow<'static, str>>,
    /// Beside the members that every problem has.
    member: Option<(&'static str, Value)>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem with this code and nothing more.
    pub fn new(code: Code) -> Self {
        Self(Arc::new(Inner { code, status: None, detail: None, reason: None, member: None, header: None }))
    }

    /// Adds what is particular to this occurrence. The client reads it.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.detail = Some(detail.into()))
    }

    /// Adds what the log must say. The client never reads it.
    #[must_use]
    pub fn with_reason(self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.reason = Some(reason.into()))
    }

    /// Adds a member of its own (RFC 9457, section 3.2). The client reads it.
    #[must_use]
    pub fn with_member(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(|inner| inner.member = Some((name, value.into())))
    }

    /// Adds a header that goes with it, such as `WWW-Authenticate` or `Retry-After`.
    #[must_use]
    pub fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|inner| inner.header = Some((name, value)))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Its entry in the registry.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status.unwrap_or(self.0.code.status())
    }

    /// What the client reads about this occurrence.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What the log says about this occurrence.
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The problem for a bare status, as other people's code answers with. The status stays.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        let same = Code::ALL.iter().copied().rev().find(|code| code.status() == status);
        let code = match status {
            StatusCode::BAD_REQUEST => Code::BadRequest,
            // Not "expired", which would send clients to refresh a token for ever.
            StatusCode::UNAUTHORIZED => Code::InvalidToken,
            StatusCode::UNPROCESSABLE_ENTITY => Code::InvalidBody,
            _ if status.is_client_error() => same.unwrap_or(Code::BadRequest),
            _ => same.unwrap_or(Code::Internal),
        };
        Self::new(code).with(|inner| inner.status = Some(status))
    }

    /// The response, once the request's id and trace are known.
    pub(crate) fn render(&self, request_id: &HeaderValue, trace: TraceContext) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: String,
            title: &'a str,
            status: u16,
            code: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            detail: Option<&'a str>,
            request_id: &'a str,
            trace_id: String,
            #[serde(flatten)]
            member: Option<BTreeMap<&'static str, &'a Value>>,
        }
        let code = self.code();
        let body = serde_json::to_vec(&Body {
            r#type: format!("urn:bff:problem:{}", code.as_str()),
            title: code.title(),
            status: self.status().as_u16(),
            code: code.as_str(),
            detail: self.detail(),
            request_id: request_id.to_str().unwrap_or_default(),
            trace_id: trace.id(),
            member: self.0.member.as_ref().map(|(name, value)| BTreeMap::from([(*name, value)])),
        })
        .unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = &self.0.header {
            headers.insert(name, value.clone());
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

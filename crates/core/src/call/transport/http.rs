//! HTTP attempts: no redirects, no proxy from the environment, a cap on the body after decompression.
//!
//! hyper itself and not reqwest, which is built on it: an attempt costs half, and what reqwest adds (redirects, cookies,
//! proxies, URL parsing) is what we must not have.

use std::{
    error::Error as StdError,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
    uri::{Authority, PathAndQuery},
};
use http_body_util::Full;
use hyper::body::Incoming;
use tower::Service as _;
use tower_http::decompression::{Decompression, DecompressionBody};

use super::{
    addresses::{Connector, target},
    body::read,
    pool::Pool,
};
use crate::{
    call::{CallError, Outcome, Reason, Reply, cache::Head},
    config::ServiceConfig,
};

pub(in crate::call) struct HttpTransport {
    pool: Pool,
    host: HeaderValue,
    /// The path of the service's `url`, without a trailing slash.
    prefix: String,
    compression: bool,
    max_reply: usize,
}

impl HttpTransport {
    pub(super) fn open(config: &ServiceConfig, url: &str, connector: Connector) -> Result<Self, String> {
        let no_url = |error: &dyn StdError| format!("{url:?} is no URL: {error}");
        let uri: Uri = url.parse().map_err(|error| no_url(&error))?;
        let host = uri.authority().map_or("", Authority::as_str);
        Ok(Self {
            pool: Pool::new(connector, target(&uri)?, config.bulkhead.limit),
            host: HeaderValue::from_str(host).map_err(|error| no_url(&error))?,
            prefix: uri.path().trim_end_matches('/').to_owned(),
            compression: config.compression,
            max_reply: config.max_reply,
        })
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path_and_query: String,
        mut headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Outcome {
        headers.insert(header::HOST, self.host.clone());
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if self.compression {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("zstd, br, gzip"));
        }
        let is_conditional =
            headers.contains_key(header::IF_NONE_MATCH) || headers.contains_key(header::IF_MODIFIED_SINCE);
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        *request.method_mut() = method;
        *request.uri_mut() = self.target(path_and_query)?;
        *request.headers_mut() = headers;
        let (response, connection) = self.pool.send(request).await?;
        let status = response.status().as_u16();
        let head = || Head::of(response.headers(), SystemTime::now);
        if is_conditional && response.status() == StatusCode::NOT_MODIFIED {
            let reply = Reply { status, head: head(), not_modified: true, ..Reply::new(Bytes::new(), false) };
            if Box::pin(is_read_soon(response.into_body())).await {
                self.pool.give_back(connection);
            }
            return Ok(reply);
        }
        if let Err(error) = accept(response.status()) {
            let missing = error.reason() == Reason::NotFound;
            let error = error.with_head(if missing { head() } else { None });
            let error = error.with_retry_after(retry_after(response.headers())).with_status(status);
            if Box::pin(is_read_soon(response.into_body())).await {
                self.pool.give_back(connection);
            }
            return Err(error);
        }
        let (json, head) = (is_json(response.headers()), head());
        let body = if !response.headers().contains_key(header::CONTENT_ENCODING) {
            read(response.into_body(), self.max_reply).await?
        } else if self.compression {
            Box::pin(async { read(decompressed(response).await?, self.max_reply).await }).await?
        } else {
            let detail = "the reply is compressed, which services.<name>.compression did not ask for";
            return Err(CallError::new(Reason::InvalidReply, detail));
        };
        self.pool.give_back(connection);
        Ok(Reply { status, head, ..Reply::new(body, json) })
    }

    /// The target in origin form (RFC 9112, 3.2.1).
    fn target(&self, path_and_query: String) -> Result<Uri, CallError> {
        let target =
            if self.prefix.is_empty() { path_and_query } else { format!("{}{path_and_query}", self.prefix) };
        let target = PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|error| {
            CallError::new(Reason::Internal, format!("the call has no valid path: {error}"))
        })?;
        Ok(Uri::from(target))
    }
}

/// Whether the rest of a failure has arrived already, so that its connection can be kept. What it says is not used, so
/// nobody waits for it.
async fn is_read_soon(body: Incoming) -> bool {
    #[expect(clippy::disallowed_methods, reason = "a failure is not delayed by its own text")]
    let rest = tokio::time::timeout(Duration::from_millis(5), read(body, 64 << 10)).await;
    rest.is_ok_and(|rest| rest.is_ok())
}

/// The body as it was before its `Content-Encoding`, by tower-http, whose way in is a service.
async fn decompressed(response: Response<Incoming>) -> Result<DecompressionBody<Incoming>, CallError> {
    let mut response = Some(response);
    let mut decompression = Decompression::new(tower::service_fn(|_: Request<()>| {
        let taken_twice = || CallError::new(Reason::Internal, "a reply is decompressed twice");
        std::future::ready(response.take().ok_or_else(taken_twice))
    }));
    decompression.call(Request::new(())).await.map(Response::into_body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// RFC 9110, 10.2.3, as seconds; a date would need a clock that agrees with the service's.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What a status means for the call.
fn accept(status: StatusCode) -> Result<(), CallError> {
    let reason = match status {
        _ if status.is_success() => return Ok(()),
        StatusCode::NOT_FOUND | StatusCode::GONE => Reason::NotFound,
        StatusCode::UNAUTHORIZED => Reason::Unauthenticated,
        StatusCode::FORBIDDEN => Reason::Forbidden,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Reason::Conflict,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Reason::InvalidRequest,
        StatusCode::TOO_MANY_REQUESTS => Reason::Rejected,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Reason::Unavailable
        }
        _ if status.is_server_error() => Reason::Failed,
        _ => Reason::Refused,
    };
    Err(CallError::new(reason, format!("the service answered {status}")))
}

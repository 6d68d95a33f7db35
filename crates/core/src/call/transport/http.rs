//! HTTP attempts: no redirects, no proxy from the environment, a cap on the body after decompression.
//!
//! hyper itself and not reqwest, which is built on it: an attempt costs half, and what reqwest adds (redirects, cookies,
//! proxies, URL parsing) is what we must not have.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
    uri::{PathAndQuery, Scheme},
};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tower::Service as _;
use tower_http::decompression::{Decompression, DecompressionBody};

use super::pool::{Pool, unavailable};
use crate::{
    call::{CallError, Outcome, Reason, Reply, causes},
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
    pub(super) fn open(config: &ServiceConfig) -> Result<Self, String> {
        let no_url = |error: &dyn StdError| format!("{:?} is no URL: {error}", config.url);
        let uri: Uri = config.url[0].parse().map_err(|error| no_url(&error))?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(format!("{:?} has no scheme or no host", config.url));
        };
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(config.connect_timeout));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(scheme)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let origin = Uri::builder().scheme(scheme.clone()).authority(authority.clone()).path_and_query("/");
        Ok(Self {
            pool: Pool::new(
                connector,
                origin.build().map_err(|error| no_url(&error))?,
                config.bulkhead.limit,
            ),
            host: HeaderValue::from_str(authority.as_str()).map_err(|error| no_url(&error))?,
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
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        *request.method_mut() = method;
        *request.uri_mut() = self.target(path_and_query)?;
        *request.headers_mut() = headers;
        let (response, connection) = self.pool.send(request).await?;
        if let Err(error) = accept(response.status()) {
            let error = error.with_retry_after(retry_after(response.headers()));
            if Box::pin(is_read_soon(response.into_body())).await {
                self.pool.give_back(connection);
            }
            return Err(error);
        }
        let json = is_json(response.headers());
        let body = if !response.headers().contains_key(header::CONTENT_ENCODING) {
            read(response.into_body(), self.max_reply).await?
        } else if self.compression {
            Box::pin(async { read(decompressed(response).await?, self.max_reply).await }).await?
        } else {
            let detail = "the reply is compressed, which services.<name>.compression did not ask for";
            return Err(CallError::new(Reason::InvalidReply, detail));
        };
        self.pool.give_back(connection);
        Ok(Reply { body, json })
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

/// The certificates that the system believes; they are read for `https` only.
fn tls(scheme: &Scheme) -> Result<rustls::ClientConfig, String> {
    if *scheme == Scheme::HTTPS {
        return rustls::ClientConfig::with_platform_verifier().map_err(|error| format!("no TLS: {error}"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let nobody = rustls::RootCertStore::empty();
    let config = versions.map_err(|error| format!("no TLS: {error}"))?;
    Ok(config.with_root_certificates(nobody).with_no_client_auth())
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

/// The body, up to the cap. Most replies come in one piece, which is then not copied.
async fn read<B>(body: B, max: usize) -> Result<Bytes, CallError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut body = std::pin::pin!(body);
    let (mut whole, mut first) = (BytesMut::new(), Bytes::new());
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|error| broken_off(error.into().as_ref()))?.into_data() else {
            continue;
        };
        if first.len() + whole.len() + piece.len() > max {
            return Err(CallError::new(
                Reason::InvalidReply,
                format!("the reply is larger than {max} bytes"),
            ));
        }
        if first.is_empty() && whole.is_empty() {
            first = piece;
            continue;
        }
        whole.extend_from_slice(&std::mem::take(&mut first));
        whole.extend_from_slice(&piece);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
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

/// A connection that broke, or bytes that do not decompress.
fn broken_off(error: &(dyn StdError + 'static)) -> CallError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<hyper::Error>() {
            return unavailable(error);
        }
        cause = error.source();
    }
    CallError::new(Reason::InvalidReply, causes(error))
}

//! HTTP attempts: no redirects, no proxy from the environment, a cap on the body after decompression.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, Response, Url};

use crate::{
    call::{CallError, Outcome, Reason, Reply, causes},
    config::ServiceConfig,
};

pub(in crate::call) struct HttpTransport {
    client: Client,
    /// Without a trailing slash, since paths begin with one.
    base: String,
    max_reply: usize,
}

impl HttpTransport {
    pub(super) fn open(config: &ServiceConfig) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .tcp_nodelay(true)
            .connect_timeout(config.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(config.bulkhead)
            .build()
            .map_err(|error| format!("no HTTP client: {error}"))?;
        let base = config.url.trim_end_matches('/').to_owned();
        Ok(Self { client, base, max_reply: config.max_reply })
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Outcome {
        let url = Url::parse(&format!("{}{path_and_query}", self.base)).map_err(|error| {
            CallError::new(Reason::Internal, format!("the call has no valid URL: {error}"))
        })?;
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        if let Some(body) = body {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.into());
        }
        #[expect(clippy::disallowed_methods, reason = "the end of the outbound stack")]
        let mut response = self.client.execute(request).await.map_err(failed)?;
        accept(&response)?;
        let json = is_json(response.headers());
        let body = self.read(&mut response).await?;
        Ok(Reply { body, json })
    }

    /// The body, up to the cap. Most replies come in one piece, which is then not copied.
    async fn read(&self, response: &mut Response) -> Result<Bytes, CallError> {
        let Some(first) = response.chunk().await.map_err(failed)? else { return Ok(Bytes::new()) };
        self.check(first.len())?;
        let Some(second) = response.chunk().await.map_err(failed)? else { return Ok(first) };
        let mut body = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(piece) = next {
            self.check(body.len() + piece.len())?;
            body.extend_from_slice(&piece);
            next = response.chunk().await.map_err(failed)?;
        }
        Ok(body.freeze())
    }

    fn check(&self, length: usize) -> Result<(), CallError> {
        let fits = length <= self.max_reply;
        let detail = || format!("the reply is larger than {} bytes", self.max_reply);
        fits.then_some(()).ok_or_else(|| CallError::new(Reason::InvalidReply, detail()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What a status means for the call.
fn accept(response: &Response) -> Result<(), CallError> {
    let status = response.status();
    let reason = match status {
        _ if status.is_success() => return Ok(()),
        StatusCode::NOT_FOUND | StatusCode::GONE => Reason::NotFound,
        StatusCode::UNAUTHORIZED => Reason::Unauthenticated,
        StatusCode::FORBIDDEN => Reason::Forbidden,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Reason::Conflict,
        StatusCode::TOO_MANY_REQUESTS => Reason::Rejected,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Reason::Unavailable
        }
        _ if status.is_server_error() => Reason::Failed,
        _ => Reason::Refused,
    };
    Err(CallError::new(reason, format!("the service answered {status}")))
}

/// What a broken connection or body means for the call. Without the URL, which may name a person.
fn failed(error: reqwest::Error) -> CallError {
    let reason = if error.is_decode() {
        Reason::InvalidReply
    } else if error.is_timeout() && !error.is_connect() {
        Reason::Timeout
    } else {
        Reason::Unavailable
    };
    CallError::new(reason, causes(&error.without_url()))
}

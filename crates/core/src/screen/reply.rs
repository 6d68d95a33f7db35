//! The reply that a payload becomes: how long the client may keep it, by which tag it is known, and that it need not be sent
//! again where the client has it.
//!
//! A client that has it saves the transfer and not the calls: whether it is still the same is known when it is composed.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Frame;

use super::{entity_tag::EntityTag, resolve::Payload};
use crate::{auth::Credential, context::RequestContext, freshness::Keep};

/// What a request says of the reply to it. The handler gets the request, so this is read before.
pub(super) struct Asked {
    /// GET or HEAD: what nobody writes with, and what may be kept.
    reads: bool,
    /// The lines of `If-None-Match`. None where nothing is read.
    if_none_match: Vec<HeaderValue>,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let lines = reads.then(|| request.headers().get_all(header::IF_NONE_MATCH));
        Self { reads, if_none_match: lines.into_iter().flatten().cloned().collect() }
    }

    /// Fills the handler's response.
    pub(super) fn reply(
        self,
        mut response: Response,
        payload: Payload,
        context: &RequestContext,
    ) -> Response {
        let keep = self.keep(&response, &payload, context);
        let status = response.status();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, cache_control(keep));
        if context.inner().route.policy.needs_identity() {
            // Two people may use one browser, one after the other.
            let by_key = context.identity().is_some_and(|caller| caller.credential() == Credential::ApiKey);
            let credential = if by_key { "Authorization, X-Api-Key" } else { "Authorization" };
            headers.append(header::VARY, HeaderValue::from_static(credential));
        }
        if keep != Keep::NoStore && status == StatusCode::OK {
            let tag = EntityTag::of(&payload.json);
            if let Ok(value) = tag.header() {
                headers.insert(header::ETAG, value);
            }
            if self.if_none_match.iter().any(|line| tag.is_in(line.as_bytes())) {
                headers.remove(header::CONTENT_TYPE);
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                *response.body_mut() = Body::new(NoContent);
                return response;
            }
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(payload.json.freeze());
        response
    }

    /// A degraded reply and the reply to a write are kept by nobody: what was written is another thing than what is read at the
    /// same path.
    fn keep(&self, response: &Response, payload: &Payload, context: &RequestContext) -> Keep {
        if self.reads && response.status().is_success() && !payload.degraded {
            context.keep()
        } else {
            Keep::NoStore
        }
    }
}

/// RFC 9111, section 5.2.2. What is kept is kept by the client alone.
fn cache_control(keep: Keep) -> HeaderValue {
    match keep {
        Keep::NoStore => HeaderValue::from_static("no-store"),
        Keep::For(left) if left.as_secs() > 0 => {
            let value = format!("private, max-age={}", left.as_secs());
            value.try_into().unwrap_or(HeaderValue::from_static("private, no-cache"))
        }
        Keep::For(_) | Keep::No => HeaderValue::from_static("private, no-cache"),
    }
}

/// The body of a 304: no bytes, and no length either. A length would be that of the payload (RFC 9110, section 8.6), and for
/// an empty body axum would state 0.
struct NoContent;

impl http_body::Body for NoContent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;

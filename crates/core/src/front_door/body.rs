//! A request's body: bounded in size and in time, whoever reads it.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock, atomic::Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
};
use http::header;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Layer;

use super::Exchange;
use crate::{
    config::Config,
    context::RequestContext,
    problem::{Code, Problem},
    step::Step,
};

#[derive(Clone, Copy)]
pub(super) struct BodyLimitLayer {
    limit: usize,
    timeout: Duration,
}

impl BodyLimitLayer {
    pub(super) fn new(config: &Config) -> Self {
        Self { limit: config.limits.body, timeout: config.server.body_timeout }
    }
}

impl<S> Layer<S> for BodyLimitLayer {
    type Service = BodyLimit<S>;

    fn layer(&self, inner: S) -> BodyLimit<S> {
        BodyLimit { inner, settings: *self }
    }
}

pub(super) struct BodyLimit<S> {
    inner: S,
    settings: BodyLimitLayer,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for BodyLimit<S> {
    type Out = Response;

    async fn call(&self, mut exchange: Box<Exchange>) -> Response {
        if exchange.request.body().is_end_stream() {
            return self.inner.call(exchange).await;
        }
        let BodyLimitLayer { limit, timeout } = self.settings;
        let announced = exchange.request.headers().get(header::CONTENT_LENGTH);
        let announced =
            announced.and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
        if announced.is_some_and(|length| length > limit as u64) {
            return BodyFault::TooLarge(limit).problem().into_response();
        }
        // A body that is still coming when no time is left for calls can't be answered any more.
        let ends = (Instant::now() + timeout).min(exchange.context.inner().calls_deadline);
        let fault = Arc::new(OnceLock::new());
        exchange.request = exchange.request.map(|inner| {
            let (ends, fault) = (Box::pin(sleep_until(ends)), Arc::clone(&fault));
            let context = exchange.context.clone();
            Body::new(BoundedBody { inner, context, left: limit, limit, ends, fault })
        });
        let response = self.inner.call(exchange).await;
        // An extractor of axum's own says only that it could not read the body; we know why.
        let unexplained =
            response.status().is_client_error() && response.extensions().get::<Problem>().is_none();
        match fault.get() {
            Some(fault) if unexplained => fault.problem().into_response(),
            _ => response,
        }
    }
}

/// Why a body could not be read to its end.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body took too long to arrive")]
    TooSlow,
}

impl BodyFault {
    pub(crate) fn problem(self) -> Problem {
        match self {
            Self::TooLarge(limit) => {
                Problem::new(Code::BodyTooLarge).with_detail(format!("at most {limit} bytes"))
            }
            Self::TooSlow => Problem::new(Code::BodyTimeout),
        }
    }
}

struct BoundedBody {
    inner: Body,
    /// Is told how much of it was read.
    context: RequestContext,
    left: usize,
    limit: usize,
    ends: Pin<Box<Sleep>>,
    fault: Arc<OnceLock<BodyFault>>,
}

impl BoundedBody {
    fn fail(&self, fault: BodyFault) -> axum::BoxError {
        let _ = self.fault.set(fault);
        fault.into()
    }
}

impl HttpBody for BoundedBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        if self.ends.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(self.fail(BodyFault::TooSlow))));
        }
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx)?);
        let length = frame.as_ref().and_then(Frame::data_ref).map_or(0, Bytes::len);
        match self.left.checked_sub(length) {
            Some(left) => {
                self.left = left;
                self.context.inner().body_read.store(self.limit - left, Relaxed);
            }
            None => return Poll::Ready(Some(Err(self.fail(BodyFault::TooLarge(self.limit))))),
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

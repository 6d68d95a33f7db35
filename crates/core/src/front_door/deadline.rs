//! The deadline of a request as a whole. Calls end before it; this ends what else takes time.

use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout_at;
use tower::Layer;

use super::Exchange;
use crate::{
    problem::{Code, Problem},
    step::Step,
};

#[derive(Clone, Copy)]
pub(super) struct DeadlineLayer;

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner }
    }
}

pub(super) struct Deadline<S> {
    inner: S,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Deadline<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let deadline = exchange.context.deadline();
        #[expect(clippy::disallowed_methods, reason = "this module owns the deadline of requests")]
        match timeout_at(deadline, self.inner.call(exchange)).await {
            Ok(response) => response,
            Err(_) => Problem::new(Code::DeadlineExceeded).into_response(),
        }
    }
}

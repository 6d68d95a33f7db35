//! A panic in a screen becomes a 500 for its request and takes nothing else with it.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use tower::Layer;

use super::Exchange;
use crate::{
    problem::{Code, Problem},
    step::Step,
};

#[derive(Clone, Copy)]
pub(super) struct CatchPanicLayer;

impl<S> Layer<S> for CatchPanicLayer {
    type Service = CatchPanic<S>;

    fn layer(&self, inner: S) -> CatchPanic<S> {
        CatchPanic { inner }
    }
}

pub(super) struct CatchPanic<S> {
    inner: S,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for CatchPanic<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        // Unwind safe: what the request could have left half done is dropped with it.
        match AssertUnwindSafe(self.inner.call(exchange)).catch_unwind().await {
            Ok(response) => response,
            Err(panic) => Problem::new(Code::Internal)
                .with_reason(format!("panic: {}", message(panic.as_ref())))
                .into_response(),
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

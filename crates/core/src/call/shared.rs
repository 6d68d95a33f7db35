//! [`SharedCall`]: one call whose answer several sections use.

use futures::future::Shared;

use super::{BoxFuture, Call, CallError, answered::Answered};
use crate::screen::{Fallback, Optional, Required};

/// One call whose answer several sections use; it is sent once, by whichever section is polled first.
#[derive(Clone)]
#[must_use = "a call sends nothing until it fills a section or is awaited"]
pub struct SharedCall<T: Clone + Send + Sync + 'static>(Shared<BoxFuture<Result<Answered<T>, CallError>>>);

impl<T: Clone + Send + Sync + 'static> SharedCall<T> {
    pub(super) fn new(call: Shared<BoxFuture<Result<Answered<T>, CallError>>>) -> Self {
        Self(call)
    }

    /// This section's part of it.
    pub fn call(&self) -> Call<T> {
        Call::new(self.0.clone())
    }

    /// See [`Call::map`].
    pub fn map<U: Send + 'static>(&self, shape: impl FnOnce(T) -> U + Send + 'static) -> Call<U> {
        self.call().map(shape)
    }

    /// See [`Call::then`].
    pub fn then<U: Send + 'static>(&self, next: impl FnOnce(T) -> Call<U> + Send + 'static) -> Call<U> {
        self.call().then(next)
    }

    /// See [`Call::required`].
    pub fn required(&self) -> Required<T> {
        self.call().required()
    }

    /// See [`Call::optional`].
    pub fn optional(&self) -> Optional<T> {
        self.call().optional()
    }

    /// See [`Call::or`].
    pub fn or(&self, default: T) -> Fallback<T> {
        self.call().or(default)
    }
}

//! [`Call`]: one lazy, typed call, and how calls are put together.

use std::future::IntoFuture;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};

use super::{
    BoxFuture, CallError, Reason, SharedCall,
    answered::{Answered, Source, StandIn},
};
use crate::{
    plan,
    screen::{Fallback, Optional, Required},
};

/// A call on a service that answers with a `T`. Nothing is sent until its section is resolved or it is awaited.
#[must_use = "a call sends nothing until it fills a section or is awaited"]
pub struct Call<T> {
    future: BoxFuture<Result<Answered<T>, CallError>>,
}

impl<T: Send + 'static> Call<T> {
    pub(crate) fn new(future: impl Future<Output = Result<Answered<T>, CallError>> + Send + 'static) -> Self {
        Self { future: Box::pin(future) }
    }

    /// A call of a test, whose answer nothing stands in for.
    #[cfg(test)]
    pub(crate) fn of(future: impl Future<Output = Result<T, CallError>> + Send + 'static) -> Self {
        Self::new(async move { future.await.map(Answered::fresh) })
    }

    /// Its answer, and whether something stands in for it.
    pub(crate) fn answered(self) -> BoxFuture<Result<Answered<T>, CallError>> {
        self.future
    }

    /// A call that has its answer already.
    pub fn ready(answer: Result<T, CallError>) -> Self {
        Self::new(std::future::ready(answer.map(Answered::fresh)))
    }

    /// Shapes the answer.
    pub fn map<U: Send + 'static>(self, shape: impl FnOnce(T) -> U + Send + 'static) -> Call<U> {
        Call::new(async move { Ok(self.future.await?.map(shape)) })
    }

    /// Shapes the answer, or refuses it: what a client does whose service answers more than the caller may see.
    pub fn try_map<U: Send + 'static>(
        self,
        shape: impl FnOnce(T) -> Result<U, CallError> + Send + 'static,
    ) -> Call<U> {
        Call::new(async move { self.future.await?.try_map(shape) })
    }

    /// A dependent call: made from this one's answer, and never made if this one fails.
    pub fn then<U: Send + 'static>(self, next: impl FnOnce(T) -> Call<U> + Send + 'static) -> Call<U> {
        let here = plan::here();
        Call::new(async move {
            let (value, answered) = self.future.await?.apart();
            let next = here.after(answered.made.as_ref()).make(|| next(value));
            answered.then(next.future.await)
        })
    }

    /// `None` where the service says that there is no such thing, which is then an answer and not a failure.
    pub fn if_found(self) -> Call<Option<T>> {
        Call::new(async move {
            match self.future.await {
                Ok(found) => Ok(found.map(Some)),
                Err(error) if error.reason() == Reason::NotFound => Ok(Answered::fresh(None)),
                Err(error) => Err(error),
            }
        })
    }

    /// One call whose answer several sections use. Each gets a clone.
    pub fn shared(self) -> SharedCall<T>
    where
        T: Clone + Sync,
    {
        SharedCall::new(self.future.shared())
    }

    /// The screen fails if this call fails.
    pub fn required(self) -> Required<T> {
        Required::new(self)
    }

    /// The section becomes `null`, and the reply degraded, if this call fails.
    pub fn optional(self) -> Optional<T> {
        Optional::new(self)
    }

    /// The section becomes `default`, and the reply degraded, if this call fails.
    pub fn or(self, default: T) -> Fallback<T> {
        Fallback::new(self, default)
    }
}

impl<T: Send + 'static> Call<Vec<T>> {
    /// One call for each item, at most `limit` at once, answers in the order of the items. The first failure ends
    /// all of them at once.
    ///
    /// Calls that go out together ([`Binding::batched`](super::Binding::batched)) do so with those that are asked for at
    /// once: `.each(8, …)` over 50 items is then seven calls in a row, `.each(50, …)` or more is one. Without batches, 50
    /// items are 50 calls (an N+1), and `just plan` says so.
    pub fn each<U: Send + 'static>(
        self,
        limit: usize,
        call: impl Fn(T) -> Call<U> + Send + 'static,
    ) -> Call<Vec<U>> {
        let (here, limit) = (plan::here(), limit.max(1));
        Call::new(async move {
            let (items, answered) = self.future.await?.apart();
            let here = here.after(answered.made.as_ref()).each(limit);
            let calls = items.into_iter().enumerate().map(move |(place, item)| {
                let future = here.clone().make(|| call(item)).future;
                async move { future.await.map(|answer| (place, answer)) }
            });
            // As they come, so that a failure need not wait for those before it; sorted when all are there.
            let answers = stream::iter(calls).buffer_unordered(limit).try_collect::<Vec<_>>();
            answered.then(answers.await.map(in_order))
        })
    }
}

/// The answers by their places. One that something stands in for makes the whole list one.
fn in_order<T>(mut answers: Vec<(usize, Answered<T>)>) -> Answered<Vec<T>> {
    answers.sort_unstable_by_key(|(place, _)| *place);
    let stand_in = answers.iter_mut().filter_map(|(_, answer)| answer.stand_in.take()).reduce(StandIn::with);
    let made = answers.iter().find_map(|(_, answer)| answer.made.clone());
    let source = answers.iter().map(|(_, answer)| answer.source).max().unwrap_or(Source::Nothing);
    let value = answers.into_iter().map(|(_, answer)| answer.value).collect();
    Answered { value, stand_in, source, made }
}

/// For the cases that need plain code: `let order = orders.get(id).await?;`. Nothing stands in for a service that fails here: the
/// code sees the failure.
impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, CallError>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.future.await?.own() })
    }
}

#[cfg(test)]
mod tests;

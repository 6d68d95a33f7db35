//! Which keys go out together, and what each of them is answered.

mod answers;
mod lives;
mod property;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use super::*;
use crate::call::testing::ms;

const OPERATION: &str = "users.many";

/// How long a call takes.
const TIME: Duration = ms(10);

type Said = Result<u32, CallError>;

fn context() -> RequestContext {
    RequestContext::for_test(Duration::from_mins(1))
}

/// A service that can be asked for many. It remembers the keys of each call, and answers them with ten times the key.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<Vec<u32>>>>);

impl Service {
    fn get(&self, context: &RequestContext, key: u32) -> Call<u32> {
        self.asked(context, OPERATION, key, ten_times)
    }

    /// A call that is answered like this.
    fn asked<V: Clone + Send + Sync + 'static>(
        &self,
        context: &RequestContext,
        operation: &'static str,
        key: u32,
        say: impl FnOnce(Vec<u32>) -> Call<Keyed<u32, V>> + Send + 'static,
    ) -> Call<V> {
        let Self(calls) = self.clone();
        context.batched(operation, true, key, move |keys| {
            calls.lock().unwrap().push(keys.clone());
            Call::of(async {
                sleep(TIME).await;
                Ok(keys)
            })
            .then(say)
        })
    }

    fn calls(&self) -> Vec<Vec<u32>> {
        self.0.lock().unwrap().clone()
    }
}

fn ten_times(keys: Vec<u32>) -> Call<Keyed<u32, u32>> {
    Call::ready(Ok(keys.into_iter().map(|key| (key, Ok(key * 10))).collect()))
}

fn failure<T>(reason: Reason) -> Result<T, CallError> {
    Err(CallError::new(reason, "as the test says"))
}

/// All of them at once.
async fn all<T: Send + 'static>(calls: impl IntoIterator<Item = Call<T>>) -> Vec<Result<T, CallError>> {
    join_all(calls.into_iter().map(IntoFuture::into_future)).await
}

fn values(answers: Vec<Said>) -> Vec<u32> {
    answers.into_iter().map(|answer| answer.expect("it is answered")).collect()
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_asked_for_at_once_are_one_call_in_their_order_and_each_once() {
    let (service, context, began) = (Service::default(), context(), Instant::now());
    let answers = all([3, 1, 2, 3, 1].map(|key| service.get(&context, key))).await;
    assert_eq!(values(answers), [30, 10, 20, 30, 10]);
    assert_eq!((service.calls(), began.elapsed()), (vec![vec![1, 2, 3]], TIME));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_for_before_a_call_is_resolved() {
    let (service, context) = (Service::default(), context());
    let (made, resolved) = (service.get(&context, 1), service.get(&context, 2));
    assert_eq!(resolved.await.expect("it is answered"), 20);
    assert_eq!(service.calls(), [[2]]);
    assert_eq!(made.await.expect("it is answered"), 10);
    assert_eq!(service.calls(), [[2], [1]], "what comes later goes out later");
}

#[tokio::test(start_paused = true)]
async fn each_asks_for_as_many_at_once_as_its_limit() {
    for (limit, calls) in [(50, 1), (1000, 1), (49, 2), (8, 7), (1, 50)] {
        let (service, context) = (Service::default(), context());
        let asked = service.clone();
        let answers = Call::ready(Ok((0..50).collect())).each(limit, move |key| asked.get(&context, key));
        assert_eq!(answers.await.expect("all are answered"), (0..50).map(|key| key * 10).collect::<Vec<_>>());
        assert_eq!(service.calls().len(), calls, "{limit} at once");
    }
}

#[tokio::test(start_paused = true)]
async fn more_keys_than_a_batch_has_are_further_batches_at_the_same_time() {
    let (service, context, began) = (Service::default(), context(), Instant::now());
    // Those of the first batch again at the end, where the third one is open.
    let keys = (0..250).chain(0..100).map(|key| service.get(&context, key));
    let answers = all(keys).await;
    assert_eq!(values(answers), (0..250).chain(0..100).map(|key| key * 10).collect::<Vec<_>>());
    let mut sizes: Vec<_> = service.calls().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    assert_eq!(began.elapsed(), TIME);
}

#[tokio::test(start_paused = true)]
async fn two_requests_two_operations_and_two_types_are_never_one_call() {
    let (service, one, other) = (Service::default(), context(), context());
    let wide = |keys: Vec<u32>| {
        let answers = keys.into_iter().map(|key| (key, Ok(u64::from(key) * 1000))).collect();
        Call::ready(Ok(answers))
    };
    let calls =
        [service.get(&one, 1), service.get(&other, 2), service.asked(&one, "users.others", 3, ten_times)];
    let (others, wide) = tokio::join!(all(calls), all([service.asked(&one, OPERATION, 4, wide)]));
    assert_eq!((values(others), wide[0].as_ref().ok()), (vec![10, 20, 30], Some(&4000)));
    let mut calls = service.calls();
    calls.sort();
    assert_eq!(calls, [[1], [2], [3], [4]]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_several_use_leaves_the_batch_open() {
    let (service, context) = (Service::default(), context());
    let shared = service.get(&context, 1).shared();
    let sections = [shared.call(), shared.call(), shared.map(|ten| ten), service.get(&context, 2)];
    assert_eq!(values(all(sections).await), [10, 10, 10, 20]);
    assert_eq!(service.calls(), [[1, 2]]);
}

#[tokio::test(start_paused = true)]
async fn where_it_is_switched_off_each_key_is_a_call_of_its_own() {
    let (service, context) = (Service::default(), context());
    let alone = [2, 1, 2].map(|key| {
        let Service(calls) = service.clone();
        context.batched(OPERATION, false, key, move |keys: Vec<u32>| {
            calls.lock().unwrap().push(keys.clone());
            ten_times(keys)
        })
    });
    assert_eq!(values(all(alone).await), [20, 10, 20]);
    assert_eq!(service.calls(), [[2], [1], [2]]);
}

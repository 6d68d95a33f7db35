//! Calls put together: what runs, how often, in which order, and what a failure stops.

mod stand_ins;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use proptest::prelude::*;
use tokio::time::{Instant, sleep};

use super::*;
use crate::call::testing::ms;

fn failing<T: Send + 'static>(reason: Reason) -> Call<T> {
    Call::ready(Err(CallError::new(reason, "as the test says")))
}

/// A call that takes a while and answers with how long.
fn taking(millis: u64) -> Call<u64> {
    Call::of(async move {
        sleep(ms(millis)).await;
        Ok(millis)
    })
}

#[tokio::test]
async fn a_call_runs_only_when_it_is_awaited() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let call = Call::of(async move { Ok(counted.fetch_add(1, SeqCst)) }).map(|before| before + 10);
    assert_eq!(runs.load(SeqCst), 0);
    assert_eq!(call.await.expect("it answers"), 10);
    assert_eq!(runs.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dependent_call_starts_with_the_answer_of_the_first() {
    let began = Instant::now();
    let both = taking(100).then(|first| taking(50).map(move |second| (first, second)));
    assert_eq!(both.await.expect("both answer"), (100, 50));
    assert_eq!(began.elapsed(), ms(150));
}

#[tokio::test]
async fn a_dependent_call_is_not_even_made_when_the_first_fails() {
    let call = failing::<u64>(Reason::Timeout).then(|_| -> Call<u64> { panic!("made without an answer") });
    assert_eq!(call.await.expect_err("the first fails").reason(), Reason::Timeout);
}

#[tokio::test]
async fn what_is_not_found_is_an_answer_and_other_failures_stay_failures() {
    assert_eq!(Call::ready(Ok(7)).if_found().await.expect("found"), Some(7));
    assert_eq!(failing::<u64>(Reason::NotFound).if_found().await.expect("an answer"), None);
    for reason in Reason::ALL.iter().copied().filter(|reason| *reason != Reason::NotFound) {
        assert_eq!(failing::<u64>(reason).if_found().await.expect_err("a failure").reason(), reason);
    }
}

#[tokio::test]
async fn an_answer_that_is_refused_is_a_failure() {
    let refuse = |_: u64| Err::<u64, _>(CallError::new(Reason::Forbidden, "not yours"));
    let error = Call::ready(Ok(7)).try_map(refuse).await.expect_err("refused");
    assert_eq!(error.reason(), Reason::Forbidden);
}

#[tokio::test(start_paused = true)]
async fn a_shared_call_runs_once_for_all_who_use_it() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let shared = Call::of(async move {
        sleep(ms(100)).await;
        Ok(counted.fetch_add(1, SeqCst) + 1)
    })
    .shared();
    let began = Instant::now();
    let (whole, mapped, dependent) = tokio::join!(
        shared.call(),
        shared.map(|run| run * 10),
        shared.then(|run| Call::ready(Ok(run * 100)))
    );
    let answers = [whole, mapped, dependent].map(|answer| answer.expect("it answers"));
    assert_eq!((answers, runs.load(SeqCst)), ([1, 10, 100], 1));
    assert_eq!(began.elapsed(), ms(100));
}

#[tokio::test(start_paused = true)]
async fn a_shared_call_outlives_the_user_that_began_it() {
    let shared = taking(100).shared();
    let mut first = shared.call().into_future();
    assert!(futures::poll!(&mut first).is_pending());
    drop(first);
    assert_eq!(shared.call().await.expect("it answers"), 100);
}

#[tokio::test]
async fn a_shared_failure_is_everybodys_failure() {
    let shared = failing::<u64>(Reason::OpenBreaker).shared();
    for user in [shared.call(), shared.map(|answer| answer), shared.then(|_| panic!("there is no answer"))] {
        assert_eq!(user.await.expect_err("it fails").reason(), Reason::OpenBreaker);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_of_many_ends_all_of_them_at_once() {
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let began = Instant::now();
    let calls = Call::ready(Ok(vec![500, 40, 500, 500])).each(2, move |millis| {
        counted.fetch_add(1, SeqCst);
        if millis == 40 { taking(40).then(|_| failing(Reason::Failed)) } else { taking(millis) }
    });
    assert_eq!(calls.await.expect_err("one fails").reason(), Reason::Failed);
    assert_eq!(began.elapsed(), ms(40), "a slower one before it is not waited for");
    assert_eq!(made.load(SeqCst), 2, "those that had no place yet are never made");
}

#[tokio::test]
async fn no_items_are_no_calls() {
    let none = Call::ready(Ok(Vec::new())).each(0, |_: u64| -> Call<u64> { panic!("there is no item") });
    assert_eq!(none.await.expect("an empty answer"), Vec::<u64>::new());
}

proptest! {
    #[test]
    fn many_calls_answer_in_order_and_never_more_than_the_limit_at_once(
        items in prop::collection::vec(1_u64..100, 0..20),
        limit in 0_usize..6,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let in_flight = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&most);
        let calls = Call::ready(Ok(items.clone())).each(limit, move |millis| {
            let (in_flight, most) = (Arc::clone(&in_flight), Arc::clone(&most));
            Call::of(async move {
                most.fetch_max(in_flight.fetch_add(1, SeqCst) + 1, SeqCst);
                sleep(ms(millis)).await;
                in_flight.fetch_sub(1, SeqCst);
                Ok(millis)
            })
        });
        let answers = runtime.expect("a runtime").block_on(calls.into_future());
        prop_assert_eq!(answers.expect("all answer"), items.clone());
        prop_assert_eq!(seen.load(SeqCst), items.len().min(limit.max(1)), "as many as may, and no more");
    }
}

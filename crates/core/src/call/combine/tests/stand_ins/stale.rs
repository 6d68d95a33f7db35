//! What a service said before stands in like a fallback and tells its age, unless the service lets it be used.

use std::time::Duration;

use super::*;
use crate::call::{
    Origin,
    Reason::{Revalidating, Timeout, Unavailable},
    Stale,
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A call that is answered with what the service said this long ago.
fn stale<T: Send + 'static>(value: T, reason: Reason, age: u64) -> Call<T> {
    let stale = Stale { error: CallError::new(reason, "as the test says"), age: secs(age) };
    Call::new(std::future::ready(Ok(Answered::of(value, Some(stale.of("orders.get"))))))
}

/// After a failure.
fn after_failure<T: Send + 'static>(value: T, age: u64) -> Call<T> {
    stale(value, Unavailable, age)
}

/// While a fresh one is fetched.
fn revalidating<T: Send + 'static>(value: T, age: u64) -> Call<T> {
    stale(value, Revalidating, age)
}

/// What stands in, and why.
async fn origin<T: Send + 'static>(call: Call<T>) -> Option<(Reason, Origin)> {
    let answered = call.answered().await.unwrap_or_else(|error| panic!("{error}"));
    answered.stand_in.map(|stand_in| (stand_in.error.reason(), stand_in.origin))
}

const fn aged(reason: Reason, age: u64) -> (Reason, Origin) {
    (reason, Origin::Stale { age: secs(age) })
}

#[tokio::test]
async fn age_and_reason_stay_with_what_is_made_of_the_answer() {
    let one = || after_failure(7, 37);
    let expected = Some(aged(Unavailable, 37));
    assert_eq!(origin(one()).await, expected);
    assert_eq!(origin(one().map(|seven| seven + 1)).await, expected);
    assert_eq!(origin(one().try_map(Ok)).await, expected);
    assert_eq!(origin(one().if_found()).await, expected);
    assert_eq!(origin(one().then(fresh)).await, expected);
    assert_eq!(origin(fresh(1).then(|_| after_failure(9, 37))).await, expected);
    assert_eq!(origin(fresh(vec![1, 2]).each(2, |item| after_failure(item, 37))).await, expected);
    let shared = one().shared();
    for user in [shared.call(), shared.map(|seven| seven), shared.then(fresh)] {
        assert_eq!(origin(user).await, expected);
    }
    let error = one().answered().await.ok().and_then(|answered| answered.stand_in).map(|by| by.error);
    assert_eq!(error.map(|error| error.operation()), Some("orders.get"), "the log says which call it was");
}

#[tokio::test]
async fn of_several_the_first_is_named_with_the_greatest_age() {
    let twice = |first, second| after_failure((), first).then(move |()| stale((), Timeout, second));
    assert_eq!(origin(twice(5, 9)).await, Some(aged(Unavailable, 9)));
    assert_eq!(origin(twice(9, 5)).await, Some(aged(Unavailable, 9)));
    let each = fresh(vec![3, 11, 7]).each(1, |age| after_failure(age, age));
    assert_eq!(origin(each).await, Some(aged(Unavailable, 11)));
    let each = after_failure(vec![3, 7], 20).each(1, |age| after_failure(age, age));
    assert_eq!(origin(each).await, Some(aged(Unavailable, 20)));
}

#[tokio::test]
async fn beside_a_configured_fallback_the_first_is_named() {
    let config = Some((Timeout, Origin::Config));
    assert_eq!(origin(standing_in(()).then(|()| after_failure((), 9))).await, config);
    assert_eq!(origin(after_failure((), 9).then(standing_in)).await, Some(aged(Unavailable, 9)));
}

#[tokio::test]
async fn what_may_be_used_does_not_hide_a_failure_beside_it() {
    assert_eq!(
        origin(revalidating((), 5).then(standing_in)).await,
        Some((Timeout, Origin::Config)),
        "the second's"
    );
    assert_eq!(origin(revalidating((), 9).then(|()| after_failure((), 5))).await, Some(aged(Unavailable, 9)));
    assert_eq!(origin(after_failure((), 5).then(|()| revalidating((), 9))).await, Some(aged(Unavailable, 9)));
    assert_eq!(origin(revalidating((), 5).then(|()| revalidating((), 9))).await, Some(aged(Revalidating, 9)));
    let seven = revalidating(7, 5).then(standing_in).await;
    assert_eq!(seven.expect_err("a service failed").reason(), Timeout);
}

#[tokio::test]
async fn plain_code_sees_a_failure_and_not_what_was_said_before() {
    assert_eq!(after_failure(7, 1).await.expect_err("it failed").reason(), Unavailable);
    let each = fresh(vec![1, 2]).each(1, |item| after_failure(item, 1));
    assert_eq!(each.await.expect_err("it failed").reason(), Unavailable);
}

#[tokio::test]
async fn plain_code_sees_the_answer_that_may_be_used() {
    assert_eq!(revalidating(7, 1).await.ok(), Some(7));
    assert_eq!(revalidating(7, 1).shared().map(|seven| seven + 1).await.ok(), Some(8));
}

#[tokio::test]
async fn where_the_answer_may_be_used_a_failure_of_what_it_leads_to_is_its_own() {
    let missing = || revalidating(7, 1).then(|_| failing::<u64>(Reason::NotFound));
    assert_eq!(said(missing()).await, Err(Reason::NotFound));
    assert_eq!(said(missing().if_found()).await, Ok((None, None)));
    let refuse = |_| Err::<u64, _>(CallError::new(Reason::Forbidden, "not yours"));
    assert_eq!(said(revalidating(7, 1).try_map(refuse)).await, Err(Reason::Forbidden));
    assert_eq!(said(after_failure(7, 1).then(|_| failing::<u64>(Reason::NotFound))).await, Err(Unavailable));
}

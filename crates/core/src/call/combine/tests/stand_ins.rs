//! What stands in for a service's reply is known as that in everything that is made of it.

mod stale;

use super::*;

/// A call whose service timed out, with a fallback in its place.
fn standing_in<T: Send + 'static>(value: T) -> Call<T> {
    let error = CallError::new(Reason::Timeout, "as the test says");
    Call::new(std::future::ready(Ok(Answered::standing_in(value, error))))
}

fn fresh<T: Send + 'static>(value: T) -> Call<T> {
    Call::ready(Ok(value))
}

/// The answer, and why the service's own is missing.
async fn said<T: Send + 'static>(call: Call<T>) -> Result<(T, Option<Reason>), Reason> {
    let answered = call.answered().await.map_err(|error| error.reason())?;
    Ok((answered.value, answered.stand_in.map(|stand_in| stand_in.error.reason())))
}

const TIMEOUT: Option<Reason> = Some(Reason::Timeout);

#[tokio::test]
async fn the_mark_stays_with_what_is_made_of_the_answer() {
    let one = || standing_in(7);
    assert_eq!(said(one()).await, Ok((7, TIMEOUT)));
    assert_eq!(said(one().map(|seven| seven + 1)).await, Ok((8, TIMEOUT)));
    assert_eq!(said(one().try_map(|seven| Ok(seven + 1))).await, Ok((8, TIMEOUT)));
    assert_eq!(said(one().if_found()).await, Ok((Some(7), TIMEOUT)));
    assert_eq!(said(one().map(|_| ()).then(|()| fresh(9))).await, Ok((9, TIMEOUT)));
    assert_eq!(said(fresh(1).then(|_| standing_in(9))).await, Ok((9, TIMEOUT)));
    let shared = one().shared();
    for user in [shared.call(), shared.map(|seven| seven), shared.then(fresh), shared.clone().call()] {
        assert_eq!(said(user).await, Ok((7, TIMEOUT)));
    }
}

#[tokio::test]
async fn nothing_marks_what_the_services_said_themselves() {
    let shared = fresh(7).map(|seven| seven).try_map(Ok).then(fresh).shared();
    assert_eq!(said(shared.call().if_found()).await, Ok((Some(7), None)));
    assert_eq!(said(fresh(vec![1, 2]).each(2, fresh)).await, Ok((vec![1, 2], None)));
    assert_eq!(said(failing::<u64>(Reason::NotFound).if_found()).await, Ok((None, None)));
}

#[tokio::test]
async fn one_answer_of_many_marks_the_list() {
    let list = || fresh(vec![1, 2, 3]);
    let second = list().each(2, |item| if item == 2 { standing_in(item) } else { fresh(item) });
    assert_eq!(said(second).await, Ok((vec![1, 2, 3], TIMEOUT)));
    assert_eq!(said(standing_in(vec![1, 2]).each(2, fresh)).await, Ok((vec![1, 2], TIMEOUT)));
    assert_eq!(said(standing_in(Vec::<u64>::new()).each(2, fresh)).await, Ok((vec![], TIMEOUT)));
}

#[tokio::test]
async fn a_failure_of_what_a_fallback_leads_to_is_that_of_the_service() {
    let refuse = |_| Err::<u64, _>(CallError::new(Reason::NotFound, "somebody else's"));
    assert_eq!(said(standing_in(7).try_map(refuse)).await, Err(Reason::Timeout));
    assert_eq!(said(standing_in(7).then(|_| failing::<u64>(Reason::Forbidden))).await, Err(Reason::Timeout));
    let each = standing_in(vec![1, 2]).each(2, |_| failing::<u64>(Reason::NotFound));
    assert_eq!(said(each).await, Err(Reason::Timeout));
    // Nor does "no such thing" make a whole answer of it.
    let found = standing_in(7).then(|_| failing::<u64>(Reason::NotFound)).if_found();
    assert_eq!(said(found).await, Err(Reason::Timeout));
}

#[tokio::test]
async fn plain_code_sees_the_failure() {
    assert_eq!(standing_in(7).await.expect_err("the service failed").reason(), Reason::Timeout);
    let shared = standing_in(7).shared();
    assert_eq!(shared.call().map(|seven| seven).await.expect_err("it failed").reason(), Reason::Timeout);
    assert_eq!(standing_in(vec![1]).each(1, fresh).await.expect_err("it failed").reason(), Reason::Timeout);
}

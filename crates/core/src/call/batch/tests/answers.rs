//! What each key is answered: its own, and nothing of another's.

use super::*;

/// Each key's answer, or why it has none, and why the service's own is missing.
async fn said(call: Call<u32>) -> Result<(u32, Option<Reason>), (Reason, &'static str)> {
    let answered = call.answered().await.map_err(|error| (error.reason(), error.operation()))?;
    Ok((answered.value, answered.stand_in.map(|stand_in| stand_in.error.reason())))
}

async fn asked(
    keys: impl IntoIterator<Item = u32>,
    say: fn(Vec<u32>) -> Call<Keyed<u32, u32>>,
) -> Vec<Result<(u32, Option<Reason>), (Reason, &'static str)>> {
    let (service, context) = (Service::default(), context());
    let calls = keys.into_iter().map(|key| said(service.asked(&context, OPERATION, key, say)));
    let answers = join_all(calls).await;
    assert_eq!(service.calls().len(), 1);
    answers
}

#[tokio::test(start_paused = true)]
async fn a_keys_failure_is_its_own_and_what_the_reply_does_not_have_is_not_found() {
    let say = |_| Call::ready(Ok(vec![(4, Ok(40)), (2, failure(Reason::Forbidden)), (1, Ok(10))]));
    let wanted = [
        Ok((10, None)),
        Err((Reason::Forbidden, OPERATION)),
        Err((Reason::NotFound, OPERATION)),
        Ok((40, None)),
    ];
    assert_eq!(asked(1..=4, say).await, wanted);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_the_whole_is_everybodys() {
    let say = |_| Call::ready(Err(CallError::new(Reason::Timeout, "too late").of("users.below")));
    assert_eq!(asked(1..=3, say).await, [Err((Reason::Timeout, "users.below")); 3]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asked_for_is_given_to_nobody() {
    let (service, context) = (Service::default(), context());
    let too_much = |_| Call::ready(Ok(vec![(1, Ok(10)), (2, Ok(666)), (150, Ok(666))]));
    // In another batch of the same turn, and later.
    let others = (50..=150).map(|key| service.get(&context, key));
    let answers = all([service.asked(&context, OPERATION, 1, too_much)].into_iter().chain(others)).await;
    assert_eq!((answers[0].as_ref().ok(), answers[101].as_ref().ok()), (Some(&10), Some(&1500)));
    assert!(answers[1..=99].iter().all(Result::is_err), "the reply has nothing of them");
    assert_eq!(service.get(&context, 2).await.expect("it is answered"), 20);
    assert_eq!(service.calls().last(), Some(&vec![2]));
}

#[tokio::test(start_paused = true)]
async fn what_stand_in_the_reply_stand_in_every_key() {
    let say = |_| {
        let error = CallError::new(Reason::Unavailable, "as the test says").of(OPERATION);
        let reply = Answered::standing_in(vec![(1, Ok(7)), (2, failure(Reason::Forbidden))], error);
        Call::new(std::future::ready(Ok(reply)))
    };
    // A key that it does not have, or refuses, was refused by no service.
    let outage = Err((Reason::Unavailable, OPERATION));
    assert_eq!(asked(1..=3, say).await, [Ok((7, Some(Reason::Unavailable))), outage, outage]);
}

#[tokio::test(start_paused = true)]
async fn if_found_makes_an_answer_of_a_key_that_is_not_there() {
    let (service, context) = (Service::default(), context());
    let say = |_| Call::ready(Ok(vec![(1, Ok(10))]));
    let list = Call::ready(Ok(vec![1, 2]));
    let list = list.each(50, move |key| service.asked(&context, OPERATION, key, say).if_found());
    assert_eq!(list.await.expect("both are answers"), [Some(10), None]);
}

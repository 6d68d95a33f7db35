//! How long a batch lives: as long as somebody waits for it, and never longer.

use futures::poll;

use super::*;

#[tokio::test(start_paused = true)]
async fn who_goes_does_not_disturb_those_who_stay() {
    for gone in 0..3 {
        let (service, context) = (Service::default(), context());
        let mut calls: Vec<_> = (0..3).map(|key| Some(service.get(&context, key).into_future())).collect();
        for call in calls.iter_mut().flatten() {
            assert!(poll!(call).is_pending());
        }
        calls[gone] = None;
        let answers = join_all(calls.into_iter().flatten()).await;
        assert_eq!(values(answers).len(), 2);
        assert_eq!(service.calls().len(), 1, "{gone} went");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_polled_no_more_does_not_hold_up_the_others() {
    let (service, context) = (Service::default(), context());
    let mut first = service.get(&context, 1).into_future();
    assert!(poll!(&mut first).is_pending());
    #[expect(clippy::disallowed_methods, reason = "a test that hangs must fail instead")]
    let second = tokio::time::timeout(TIME * 2, service.get(&context, 2).into_future()).await;
    let second = second.expect("it does not wait for the first to be polled");
    assert_eq!((second.expect("it is answered"), service.calls()), (20, vec![vec![1, 2]]));
    assert_eq!(first.await.expect("it is answered"), 10);
}

#[tokio::test(start_paused = true)]
async fn with_the_last_who_waits_the_call_is_cancelled() {
    let (context, in_flight) = (context(), Arc::new(()));
    let get = |key: u32| {
        let held = Arc::clone(&in_flight);
        let call = context.batched(OPERATION, true, key, move |_| {
            Call::<Keyed<u32, u32>>::of(async move {
                let never = std::future::pending().await;
                drop(held);
                never
            })
        });
        call.into_future()
    };
    let (mut one, mut other) = (get(1), get(2));
    let both = async { tokio::join!(&mut one, &mut other) };
    tokio::select! {
        biased;
        _ = both => panic!("it never answers"),
        () = sleep(TIME) => {}
    }
    assert_eq!(Arc::strong_count(&in_flight), 2, "one call for both");
    drop(one);
    assert_eq!(Arc::strong_count(&in_flight), 2, "somebody waits for it");
    drop(other);
    assert_eq!(Arc::strong_count(&in_flight), 1, "nobody does");
}

/// What a request leaves behind when it ends after so many turns.
async fn left_behind(turns: usize) -> bool {
    let (service, context) = (Service::default(), context());
    let watch = context.watch();
    let mut calls: Vec<_> = (0..3).map(|key| service.get(&context, key).into_future()).collect();
    for _ in 0..turns {
        for call in &mut calls {
            let _ = poll!(call);
        }
        tokio::task::yield_now().await;
    }
    drop((context, calls));
    watch.upgrade().is_some()
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_request_stays() {
    for turns in 0..4 {
        assert!(!left_behind(turns).await, "it went after {turns} turns");
    }
    let (service, context) = (Service::default(), context());
    let watch = context.watch();
    assert_eq!(values(all([1, 2].map(|key| service.get(&context, key))).await), [10, 20]);
    assert!(context.inner().batches.is_empty(), "an open batch is taken out");
    drop(context);
    assert!(watch.upgrade().is_none(), "it was answered");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_everybody_left_takes_no_more_keys() {
    let (service, context) = (Service::default(), context());
    for key in 0..3 {
        assert!(poll!(service.get(&context, key).into_future()).is_pending());
    }
    assert_eq!(service.get(&context, 7).await.expect("it is answered"), 70);
    assert_eq!(service.calls(), [[7]]);
    assert!(context.inner().batches.is_empty());
}

#[expect(clippy::disallowed_methods, reason = "a handler may")]
#[tokio::test(start_paused = true)]
async fn a_key_that_is_asked_for_in_a_task_of_its_own_is_answered() {
    let (service, context) = (Service::default(), context());
    let tasks = [1, 2, 3].map(|key| tokio::spawn(service.get(&context, key).into_future()));
    let answers = join_all(tasks).await.into_iter().map(|answer| answer.expect("it does not panic"));
    assert_eq!(values(answers.collect()), [10, 20, 30]);
    assert_eq!(service.calls(), [[1, 2, 3]], "tasks of one turn");
}

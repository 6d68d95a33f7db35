//! Retry with paused time: what is tried again, when, and for how much.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::{
    super::testing::{Below, Seen, answered, failed, ms, outgoing},
    *,
};

/// A retry above a service that gives these answers in turn, the last one for ever.
fn above(
    answers: impl Fn(usize) -> Outcome + Send + Sync + 'static,
) -> (impl Step<Box<Outgoing>, Out = Outcome>, Arc<Seen>) {
    let turn = AtomicUsize::new(0);
    let below = Below::new(move || std::future::ready(answers(turn.fetch_add(1, SeqCst))));
    let seen = below.seen();
    let config = RetryConfig::default();
    (RetryLayer::new(&config, &Arc::new(Budget::new(&config))).layer(below), seen)
}

fn fails_once(reason: Reason) -> impl Fn(usize) -> Outcome {
    move |turn| if turn == 0 { failed(reason) } else { answered() }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_once_more_and_the_rest_is_not() {
    for reason in Reason::ALL {
        let again = matches!(reason, Reason::Unavailable | Reason::Timeout);
        let (retry, seen) = above(fails_once(*reason));
        assert_eq!(retry.call(outgoing(ms(1000))).await.is_ok(), again, "{reason}");
        assert_eq!(seen.deadlines().len(), if again { 2 } else { 1 }, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_failure_is_the_answer() {
    let (retry, seen) = above(|_| failed(Reason::Unavailable));
    let error = retry.call(outgoing(ms(1000))).await.expect_err("it fails");
    assert_eq!((error.reason(), seen.deadlines().len()), (Reason::Unavailable, 2));
}

#[tokio::test(start_paused = true)]
async fn what_may_be_sent_once_is_sent_once() {
    let (retry, seen) = above(fails_once(Reason::Unavailable));
    let mut write = outgoing(ms(1000));
    write.idempotent = false;
    assert!(retry.call(write).await.is_err());
    assert_eq!(seen.deadlines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_pause_is_jittered_and_never_too_long_for_the_deadline() {
    for _ in 0..100 {
        let (retry, _) = above(fails_once(Reason::Unavailable));
        let began = Instant::now();
        assert!(retry.call(outgoing(ms(1000))).await.is_ok());
        assert!((ms(25)..=ms(51)).contains(&began.elapsed()), "{:?}", began.elapsed());
    }
    let (retry, seen) = above(fails_once(Reason::Unavailable));
    let began = Instant::now();
    assert!(retry.call(outgoing(ms(20))).await.is_err());
    assert_eq!((began.elapsed(), seen.deadlines().len()), (Duration::ZERO, 1), "it gives up at once");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_says_when_is_asked_then_or_not_at_all() {
    let says = |pause| {
        move |turn| match turn {
            0 => failed(Reason::Rejected).map_err(|error| error.with_retry_after(Some(pause))),
            _ => answered(),
        }
    };
    let began = Instant::now();
    let (retry, _) = above(says(ms(700)));
    assert!(retry.call(outgoing(ms(1000))).await.is_ok());
    assert_eq!(began.elapsed(), ms(700));
    for pause in [ms(1000), Duration::from_hours(1), Duration::MAX] {
        let (retry, seen) = above(says(pause));
        let began = Instant::now();
        assert!(retry.call(outgoing(ms(1000))).await.is_err());
        assert_eq!((began.elapsed(), seen.deadlines().len()), (Duration::ZERO, 1), "{pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_a_tenth_more_and_a_reserve() {
    let (retry, seen) = above(|_| failed(Reason::Unavailable));
    for _ in 0..1000 {
        assert!(retry.call(outgoing(ms(1000))).await.is_err());
        tokio::time::advance(ms(2)).await;
    }
    let attempts = seen.deadlines().len();
    assert!((1001..=1000 + 100 + 10 * 2).contains(&attempts), "{attempts}");
}

fn unanswered() -> Outcome {
    Err(CallError::new(Reason::Unavailable, "the connection broke").unanswered())
}

#[tokio::test(start_paused = true)]
async fn a_kept_connection_that_broke_costs_no_pause_no_attempt_and_no_budget_but_once() {
    let (retry, seen) = above(|turn| if turn == 0 { unanswered() } else { answered() });
    let mut call = outgoing(ms(1000));
    call.policy.attempts = 0;
    let began = Instant::now();
    assert!(retry.call(call).await.is_ok());
    assert_eq!((seen.deadlines().len(), began.elapsed()), (2, ms(0)));

    let (retry, seen) = above(|_| unanswered());
    let mut call = outgoing(ms(1000));
    call.policy.attempts = 0;
    assert!(retry.call(call).await.is_err());
    assert_eq!(seen.deadlines().len(), 2);

    let (retry, seen) = above(|turn| if turn == 0 { unanswered() } else { answered() });
    let mut write = outgoing(ms(1000));
    write.idempotent = false;
    assert!(retry.call(write).await.is_err(), "a write may have been done");
    assert_eq!(seen.deadlines().len(), 1);
}

//! Whose answer counts, where there are two attempts.

use futures::poll;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_first_attempt_may_still_win() {
    let bench = Bench::new(|turn| (if turn == 0 { 15 } else { 100 }, answered())).after(1000);
    let began = Instant::now();
    assert_eq!(bench.call(hedged(ms(1000))).await, Ok(()));
    assert_eq!((began.elapsed(), bench.attempts(), bench.counted()), (ms(15), 2, (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_failure_before_the_hedge_is_for_the_retry() {
    let bench = Bench::new(|_| (5, failed(Reason::Unavailable))).after(1000);
    let began = Instant::now();
    assert_eq!(bench.call(hedged(ms(1000))).await, Err(Reason::Unavailable));
    assert_eq!((began.elapsed(), bench.attempts()), (ms(5), 1));
}

#[tokio::test(start_paused = true)]
async fn where_one_attempt_fails_the_other_is_waited_for() {
    for (fails, ends) in [(0, 11 + 30), (1, 50)] {
        let bench = Bench::new(move |turn| match turn {
            turn if turn == fails => (20, failed(Reason::Unavailable)),
            0 => (50, answered()),
            _ => (30, answered()),
        })
        .after(1000);
        let began = Instant::now();
        assert_eq!(bench.call(hedged(ms(1000))).await, Ok(()));
        assert_eq!((began.elapsed(), bench.attempts()), (ms(ends), 2), "attempt {fails} fails");
    }
}

#[tokio::test(start_paused = true)]
async fn where_both_fail_the_one_that_was_sent_says_why() {
    use Reason::{Failed, OpenBreaker, Rejected, Timeout, Unavailable};
    for (first, second, told) in [
        (Timeout, Unavailable, Timeout),
        (Unavailable, OpenBreaker, Unavailable),
        (Rejected, Failed, Failed),
        (OpenBreaker, Timeout, Timeout),
        (OpenBreaker, Rejected, Rejected),
    ] {
        // Whichever fails last.
        for first_takes in [20, 40] {
            let bench = Bench::new(move |turn| match turn {
                0 => (first_takes, failed(first)),
                _ => (15, failed(second)),
            })
            .after(1000);
            assert_eq!(bench.call(hedged(ms(1000))).await, Err(told), "{first}, {second}");
            assert_eq!((bench.attempts(), bench.counted()), (2, (1, 0)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_an_answer_that_is_not_waited_after() {
    for reason in Reason::ALL.iter().copied() {
        let refuses = !may_differ(&CallError::new(reason, "as the test says"));
        let bench = Bench::new(move |turn| match turn {
            0 => (500, answered()),
            _ => (5, failed(reason)),
        })
        .after(1000);
        let began = Instant::now();
        let expected = if refuses { (Err(reason), ms(16)) } else { (Ok(()), ms(500)) };
        assert_eq!((bench.call(hedged(ms(1000))).await, began.elapsed()), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn both_attempts_end_with_their_call() {
    let bench = Bench::new(|_| (500, answered())).after(1000);
    {
        let mut call = pin!(bench.hedge.call(hedged(ms(1000))));
        assert!(poll!(&mut call).is_pending());
        sleep(ms(12)).await;
        assert!(poll!(&mut call).is_pending());
        assert_eq!(bench.seen.in_flight(), 2);
    }
    assert_eq!(bench.seen.in_flight(), 0);
    assert_eq!(bench.counted(), (1, 0), "it was sent, so it stays paid");
}

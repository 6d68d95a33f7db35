//! What operators see of a breaker: where it is and since when, how often it turned, what its attempts came to.

use super::*;

fn recent(breaker: &Breaker) -> RecentView {
    let mut sum = RecentSum::default();
    breaker.add_recent(&mut sum, Instant::now());
    sum.view()
}

/// Fails five times in a row, and twice more after it opened.
async fn open(bench: &Bench) {
    bench.open().await;
    for _ in 0..2 {
        assert_eq!(bench.call(None).await, Err(Reason::OpenBreaker));
    }
}

#[tokio::test(start_paused = true)]
async fn it_says_where_it_is_and_since_when() {
    let bench = Bench::new();
    let breaker = &bench.breaking.breaker;
    let view = || breaker.view(Instant::now());
    advance(ms(3000)).await;
    assert_eq!(
        (view().state, view().for_seconds, view().probe_in_seconds),
        (BreakerState::Closed, 3.0, None)
    );
    bench.open().await;
    advance(ms(1000)).await;
    assert_eq!((view().state, view().for_seconds), (BreakerState::Open, 1.0));
    let wait = view().probe_in_seconds.expect("it is open");
    assert!((2.75..=5.25).contains(&wait), "{wait}");
    advance(ms(5250)).await;
    assert_eq!(view().probe_in_seconds, Some(0.0), "it is due, and nobody has called");
    assert_eq!(bench.call(None).await, Ok(()));
    assert_eq!((view().state, view().for_seconds), (BreakerState::HalfOpen, 0.0));
    assert_eq!((bench.call(None).await, bench.call(None).await), (Ok(()), Ok(())));
    assert_eq!(view().state, BreakerState::Closed);
    assert_eq!(breaker.turns(), BreakerTurns { closed: 1, half_open: 1, open: 1 });
}

#[tokio::test(start_paused = true)]
async fn it_counts_attempts_for_five_minutes_and_not_what_it_turned_away() {
    let bench = Bench::new();
    let breaker = &bench.breaking.breaker;
    assert_eq!((recent(breaker).attempts, recent(breaker).success_percent), (0, None));
    for _ in 0..3 {
        assert!(bench.call(None).await.is_ok());
    }
    // A refusal is an answer, and what says nothing is nothing.
    assert_eq!(bench.call(Some(Reason::NotFound)).await, Err(Reason::NotFound));
    assert_eq!(bench.call(Some(Reason::Rejected)).await, Err(Reason::Rejected));
    open(&bench).await;
    let view = recent(breaker);
    assert_eq!((view.attempts, view.failed, view.success_percent), (9, 5, Some(44.44)));
    advance(Duration::from_secs(269)).await;
    assert_eq!(recent(breaker).attempts, 9);
    advance(Duration::from_secs(31)).await;
    assert_eq!((recent(breaker).attempts, recent(breaker).failed), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn latencies_are_of_what_was_answered() {
    let breaker = Breaker::new(&config());
    for (takes, outcome) in
        [(10, answered()), (10, answered()), (200, answered()), (1, failed(Reason::Unavailable))]
    {
        let mut attempt = breaker.attempt(Instant::now(), None).expect("closed");
        sleep(ms(takes)).await;
        attempt.judge(&outcome, false);
    }
    let view = recent(&breaker);
    let near = |found: Option<f64>, wanted: f64| {
        found.is_some_and(|found| (wanted..=wanted * 17.0 / 16.0).contains(&found))
    };
    assert!(near(view.p50_ms, 10.0) && near(view.p95_ms, 200.0) && near(view.p99_ms, 200.0), "{view:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_dropped_counts_at_its_deadline_only() {
    for (dropped_after, attempts) in [(999, 0), (1000, 1)] {
        let breaker = Breaker::new(&config());
        let now = Instant::now();
        let attempt = breaker.attempt(now, Some(now + ms(1000))).expect("closed");
        sleep(ms(dropped_after)).await;
        drop(attempt);
        assert_eq!((recent(&breaker).attempts, recent(&breaker).failed), (attempts, attempts));
    }
}

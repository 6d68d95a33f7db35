//! What an attempt tells the limit.

use super::*;

/// Ten places, four of them for good.
fn ten<F, A>(answer: F) -> Bulkhead<Below<F>>
where
    F: Fn() -> A + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send,
{
    let config = BulkheadConfig { limit: 10, at_least: 4, wait: WAIT, ..BulkheadConfig::default() };
    BulkheadLayer::new(&config, &Arc::default()).layer(Below::new(answer))
}

/// Ten calls at once, three times. All of them are awaited, or dropped after `dropped`.
async fn rounds<S: Step<Box<Outgoing>, Out = Outcome>>(
    bulkhead: &Bulkhead<S>,
    dropped: Option<Duration>,
    call: impl Fn() -> Box<Outgoing>,
) -> usize {
    for _ in 0..3 {
        let calls = (0..bulkhead.places.limit()).map(|_| bulkhead.call(call()));
        let all = futures::future::join_all(calls);
        match dropped {
            None => drop(all.await),
            Some(dropped) => {
                tokio::select! {
                    biased;
                    () = sleep(dropped) => {}
                    _ = all => {}
                }
            }
        }
        assert_eq!(bulkhead.places.free(), bulkhead.places.limit(), "all came back");
    }
    bulkhead.places.limit()
}

#[tokio::test(start_paused = true)]
async fn only_what_shows_overload_lowers_the_limit() {
    for (reason, lowers) in [
        (Reason::Timeout, true),
        (Reason::Rejected, true),
        (Reason::Unavailable, false),
        (Reason::Failed, false),
        (Reason::InvalidReply, false),
        (Reason::OpenBreaker, false),
        (Reason::NotFound, false),
        (Reason::Conflict, false),
    ] {
        let bulkhead = ten(move || async move {
            sleep(ms(200)).await;
            failed(reason)
        });
        let limit = rounds(&bulkhead, None, || outgoing(ms(1_000))).await;
        assert_eq!(limit < 10, lowers, "{reason}: {limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_dropped_at_its_deadline_is_a_timeout_and_before_it_nothing() {
    for (left, lowers) in [(200, true), (201, false)] {
        let bulkhead = ten(std::future::pending);
        let limit = rounds(&bulkhead, Some(ms(200)), || outgoing(ms(left))).await;
        assert_eq!(limit < 10, lowers, "{left} ms left: {limit}");
    }
}

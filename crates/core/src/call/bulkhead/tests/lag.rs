//! A worker that lags is no slow service, and a slow service is one on a worker that lags too.

use super::*;
use crate::{auth::Policy, context::RequestContext, routes::RouteInfo};

const TEN: BulkheadConfig = BulkheadConfig { limit: 10, adaptive: true, at_least: 4, wait: WAIT };

/// Ten calls at once, again and again for two seconds: each is answered after `takes` and read `lag` after that, since its
/// request waits so long for its turn.
async fn calls<S>(bulkhead: &Bulkhead<S>, service: &Mutex<Duration>, takes: Duration, lag: Duration) -> usize
where
    S: Step<Box<Outgoing>, Out = Outcome>,
{
    *service.lock().expect("nobody panics") = takes + lag;
    let end = Instant::now() + ms(2_000);
    while Instant::now() < end {
        let all: Vec<_> = (0..bulkhead.places.limit()).map(|_| outgoing(ms(10_000))).collect();
        let contexts: Vec<RequestContext> = all.iter().map(|outgoing| outgoing.context.clone()).collect();
        let answers = futures::future::join_all(all.into_iter().map(|outgoing| bulkhead.call(outgoing)));
        let waits = async {
            sleep(takes).await;
            for context in &contexts {
                context.inner().work.begin_turn(lag, !lag.is_zero());
            }
        };
        tokio::join!(answers, waits);
    }
    bulkhead.places.limit()
}

/// The limit after a service that answered in 20 ms has become such a one.
async fn limit_after(takes: u64, lag: u64) -> usize {
    let service = Arc::new(Mutex::new(ms(20)));
    let time = Arc::clone(&service);
    let below = Below::new(move || {
        let takes = *time.lock().expect("nobody panics");
        async move {
            sleep(takes).await;
            answered()
        }
    });
    let bulkhead = BulkheadLayer::new(&TEN, &Arc::default()).layer(below);
    assert_eq!(calls(&bulkhead, &service, ms(20), ms(0)).await, 10, "as it always was");
    calls(&bulkhead, &service, ms(takes), ms(lag)).await
}

#[tokio::test(start_paused = true)]
async fn what_a_request_waits_for_its_turns_is_not_the_services() {
    for lag in [15, 40, 400] {
        assert_eq!(limit_after(20, lag).await, 10, "{lag} ms");
    }
    // Control: as late, and it is the service's doing.
    assert!(limit_after(420, 0).await < 10);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_became_slow_is_found_beside_a_lag() {
    for lag in [0, 15, 100] {
        assert!(limit_after(200, lag).await < 10, "{lag} ms");
    }
}

/// A bulkhead whose only place is taken for 100 ms, by a call that was answered and is not read.
async fn full(lags: bool) -> (Outcome, Duration) {
    let below = Below::new(async || {
        sleep(ms(100)).await;
        answered()
    });
    let bulkhead = layer(1, true).layer(below);
    let mut first = call(&bulkhead);
    assert!(poll!(&mut first).is_pending());
    let (second, began) = (outgoing(ms(10_000)), Instant::now());
    second.context.inner().work.begin_turn(Duration::ZERO, lags);
    let (_, second) = tokio::join!(first, bulkhead.call(second));
    (second, began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn while_the_worker_lags_a_call_waits_for_those_that_are_not_read() {
    let (second, took) = full(true).await;
    assert!(second.is_ok());
    assert_eq!(took, ms(200), "after the first");
    // Control: where it does not, a place that does not come free is the service's doing.
    let (second, _) = full(false).await;
    assert_eq!(second.expect_err("no place").reason(), Reason::Rejected);
}

#[tokio::test(start_paused = true)]
async fn but_not_for_ever() {
    let bulkhead = layer(1, true).layer(Below::new(std::future::pending));
    let mut first = call(&bulkhead);
    assert!(poll!(&mut first).is_pending());
    let (second, began) = (outgoing(ms(10_000)), Instant::now());
    second.context.inner().work.begin_turn(Duration::ZERO, true);
    let error = bulkhead.call(second).await.expect_err("no place");
    assert_eq!((error.reason(), began.elapsed()), (Reason::Rejected, PATIENT * WAIT));
}

#[tokio::test(start_paused = true)]
async fn a_critical_call_waits_as_long_as_the_worker_lags() {
    let bulkhead = layer(1, true).layer(Below::new(std::future::pending));
    let mut first = call(&bulkhead);
    assert!(poll!(&mut first).is_pending());
    let route = RouteInfo::for_test("/test", Policy::public());
    let route = Arc::new(RouteInfo { priority: Priority::Critical, ..RouteInfo::clone(&route) });
    let context = RequestContext::for_test_on(route, ms(10_000));
    let (second, began) =
        (Box::new(Outgoing { context: context.clone(), ..*outgoing(ms(10_000)) }), Instant::now());
    context.inner().work.begin_turn(Duration::ZERO, true);
    let no_longer = async {
        sleep(5 * PATIENT * WAIT / 2).await;
        context.inner().work.begin_turn(Duration::ZERO, false);
    };
    let (second, ()) = tokio::join!(bulkhead.call(second), no_longer);
    let error = second.expect_err("no place");
    assert_eq!((error.reason(), began.elapsed()), (Reason::Rejected, 3 * PATIENT * WAIT));
}

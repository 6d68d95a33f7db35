//! A worker with more to do than it can.

use bff_core::routes::Priority;
use bff_tests::{comes_true, until};

use super::*;

/// One request in a turn, if the worker lags at all.
fn strict() -> TestBffBuilder {
    bff().set("admission.at_least", 1).set("admission.lag", "5ms")
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_critical_requests_never() {
    let bff = strict().start().await;
    for path in [PAYS, PAGE, BADGE] {
        assert_eq!(status(&bff, path).await, 200, "{path} before");
    }
    let flood = Flood::of(&bff, 8);
    for path in [PAGE, BADGE] {
        comes_true(path, async || {
            let reply = bff.anonymous().get(path).await;
            if reply.status == 503 {
                assert_refusal(&reply);
            }
            assert_eq!(status(&bff, PAYS).await, 200, "beside {path}");
            reply.status == 503
        })
        .await;
    }
    let served = flood.served();
    until("some are served all the time", || flood.served() > served + 5).await;
    flood.stop().await;

    comes_true("the limit is gone", async || {
        assert_eq!(status(&bff, PAYS).await, 200);
        worker(&bff).limit.is_none()
    })
    .await;
    for path in [PAYS, PAGE, BADGE, SPINS] {
        assert_eq!(status(&bff, path).await, 200, "{path} after");
    }
    let view = bff.running().admission();
    assert_eq!(view.total(Priority::Critical).refused(), 0);
    assert!(view.total(Priority::Normal).refused_lag > 0 && view.total(Priority::Sheddable).refused_lag > 0);
    let lines = bff.log_lines(1).await;
    let refused = lines.iter().find(|line| line["code"] == "overloaded").expect("each has its line");
    assert_eq!((&refused["status"], &refused["reason"]), (&503.into(), &"the worker lags".into()));
}

/// Control: the same flood takes the worker from everybody.
#[tokio::test]
async fn without_admission_nothing_is_refused() {
    let bff = strict().set("admission.enabled", false).start().await;
    let flood = Flood::of(&bff, 8);
    until("it floods", || flood.served() > 40).await;
    for path in [PAYS, PAGE, BADGE] {
        comes_true("it waits for the flood", async || {
            let began = Instant::now();
            assert_eq!(status(&bff, path).await, 200);
            began.elapsed() >= SPIN
        })
        .await;
    }
    flood.stop().await;
    let view = bff.running().admission();
    assert!(!view.enabled && Priority::ALL.iter().all(|priority| view.total(*priority).refused() == 0));
}

#[tokio::test]
async fn a_service_that_hangs_is_no_reason_to_refuse_anybody() {
    let bff = patient().set("admission.at_least", 1).start().await;
    let hung = hung(&bff, 50).await;
    for _ in 0..20 {
        for path in [PAYS, PAGE, BADGE] {
            assert_eq!(status(&bff, path).await, 200);
        }
    }
    assert_eq!((worker(&bff).in_flight, worker(&bff).limit), (50, None));
    drop(hung);
}

/// Neither do they take places from others while the worker lags for another reason.
#[tokio::test]
async fn those_who_wait_for_a_service_take_no_place_of_a_worker_that_lags() {
    let bff = patient().set("admission.at_least", 1).set("admission.lag", "5ms").start().await;
    let hung = hung(&bff, 50).await;
    let flood = Flood::of(&bff, 8);
    until("there is a limit, and they are not in it", || {
        let view = worker(&bff);
        view.in_flight >= 50 && view.busy < 50 && view.limit.is_some_and(|limit| limit < 50)
    })
    .await;
    let served = flood.served();
    until("it serves beside them", || flood.served() > served + 5).await;
    // Control: with the lag the same requests are refused that were not without.
    comes_true("a page is refused", async || status(&bff, PAGE).await == 503).await;
    assert!(worker(&bff).in_flight >= 50, "they still wait");
    flood.stop().await;
    drop(hung);
}

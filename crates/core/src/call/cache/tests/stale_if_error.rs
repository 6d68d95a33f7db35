//! RFC 5861, 4: the last good answer stands in for a service that gives none, and never for one that refuses.

use super::*;

/// An answer that is ten seconds old and has been stale for nine of them.
async fn ten_seconds_later() -> Kitchen {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=1"));
    assert_eq!(kitchen.get().await, got("a"));
    sleep(secs(10)).await;
    kitchen
}

/// What a failure for this reason comes to, and then an outage.
async fn after_a_failure(reason: Reason) -> [Got; 2] {
    let kitchen = ten_seconds_later().await;
    kitchen.says(fails(reason));
    let then = kitchen.get().await;
    kitchen.says(fails(Reason::Unavailable));
    let later = kitchen.get().await;
    assert_eq!(kitchen.calls(), 3, "the service is asked each time");
    [then, later]
}

#[tokio::test(start_paused = true)]
async fn each_reason_has_its_own_effect() {
    use Reason::{
        Conflict, Failed, Forbidden, Internal, InvalidReply, InvalidRequest, NotFound, OpenBreaker, Refused,
        Rejected, Revalidating, Timeout, Unauthenticated, Unavailable,
    };
    let (stands_in, stays) =
        ([Timeout, Unavailable, Failed, OpenBreaker], [Rejected, InvalidReply, Internal, Revalidating]);
    let ends = [NotFound, Forbidden, Unauthenticated, Conflict, InvalidRequest, Refused];
    assert_eq!(stands_in.len() + stays.len() + ends.len(), Reason::ALL.len(), "each has its place here");
    let old = |reason| stale("a", reason, secs(10));
    for reason in stands_in {
        assert_eq!(after_a_failure(reason).await, [old(reason), old(Unavailable)]);
    }
    for reason in stays {
        assert_eq!(
            after_a_failure(reason).await,
            [Got::Failed(reason), old(Unavailable)],
            "the last good one stays"
        );
    }
    for reason in ends {
        let expected = [Got::Failed(reason), Got::Failed(Unavailable)];
        assert_eq!(after_a_failure(reason).await, expected, "what is refused is not given later either");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_is_one_that_fails() {
    let kitchen = ten_seconds_later().await;
    kitchen.says(reply("b").after(secs(60)));
    assert_eq!(kitchen.get().await, stale("a", Reason::Timeout, secs(11)), "its age when it is used");
    assert_eq!(kitchen.service.in_flight.load(SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_for_a_failure_have_it_after_one_call() {
    let kitchen = ten_seconds_later().await;
    kitchen.says(fails(Reason::Failed).after(ms(500)));
    let all = futures::future::join_all((0..50).map(|_| kitchen.get())).await;
    assert!(all.iter().all(|one| *one == stale("a", Reason::Failed, ms(10_500))), "{all:?}");
    assert_eq!((kitchen.calls(), kitchen.counters.stale()), (2, 50));
}

#[tokio::test(start_paused = true)]
async fn it_stands_in_for_as_long_as_is_said_and_never_longer_than_the_bound() {
    let declared = |time| read("alice").fresh_for(secs(1)).stale_if_error(secs(time));
    let nothing = || read("alice");
    for (ask, control, bound, expected) in [
        (nothing(), "max-age=1", 300, 300),
        (nothing(), "max-age=1", 20, 20),
        (nothing(), "max-age=1, stale-if-error=40", 300, 40),
        (nothing(), "max-age=1, stale-if-error=4000", 300, 300),
        (declared(40), "max-age=1", 300, 40),
        (declared(4000), "max-age=1", 300, 300),
        (declared(40), "max-age=1, stale-if-error=20", 300, 20),
        (nothing(), "max-age=1, must-revalidate", 300, 0),
        (declared(40), "max-age=1, must-revalidate, stale-if-error=40", 300, 0),
        (nothing(), "max-age=1", 0, 0),
    ] {
        let kitchen = Kitchen::with(|config| config.stale_if_error = secs(bound));
        kitchen.says(reply("a").control(control));
        kitchen.ask(ask.clone().anew()).await;
        kitchen.says(fails(Reason::Unavailable));
        let began = Instant::now();
        for (age, is_there) in [(1 + expected / 2, expected > 0), (1 + expected, false)] {
            tokio::time::sleep_until(began + secs(age)).await;
            let found = kitchen.ask(ask.clone().anew()).await;
            let old = stale("a", Reason::Unavailable, secs(age));
            let expected = if is_there { old } else { Got::Failed(Reason::Unavailable) };
            assert_eq!(found, expected, "{control:?}, {age} s, at most {bound} s");
        }
    }
}

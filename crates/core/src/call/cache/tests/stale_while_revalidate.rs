//! RFC 5861, 3: within its time a stale answer is used at once, and says so, while one call fetches a fresh one.

use std::pin::pin;

use futures::poll;

use super::*;

const WINDOW: &str = "max-age=1, stale-while-revalidate=10";

/// What was said five seconds ago may still be used; this is what the service says then.
async fn five_seconds_later(then: Says) -> Kitchen {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control(WINDOW));
    assert_eq!(kitchen.get().await, got("a"));
    sleep(secs(5)).await;
    kitchen.says(then);
    kitchen
}

fn revalidating(age: u64) -> Got {
    stale("a", Reason::Revalidating, secs(age))
}

#[tokio::test(start_paused = true)]
async fn all_who_ask_have_the_stale_one_at_once_and_one_call_fetches_a_fresh_one() {
    let kitchen = five_seconds_later(reply("b").control(WINDOW).after(ms(400))).await;
    let began = Instant::now();
    for _ in 0..20 {
        assert_eq!(kitchen.get().await, revalidating(5));
    }
    assert_eq!(began.elapsed(), Duration::ZERO, "nobody waits");
    sleep(ms(200)).await;
    assert_eq!(kitchen.get().await, stale("a", Reason::Revalidating, ms(5_200)));
    assert_eq!((kitchen.calls(), kitchen.counters.stale()), (2, 21), "one call for all of them");
    sleep(ms(201)).await;
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("b"), 2));
}

#[tokio::test(start_paused = true)]
async fn as_the_client_declares_it_too() {
    let kitchen = Kitchen::new();
    let ask = || read("alice").fresh_for(secs(1)).stale_while_revalidate(secs(10));
    kitchen.says(reply("a"));
    assert_eq!(kitchen.ask(ask()).await, got("a"));
    sleep(secs(5)).await;
    kitchen.says(reply("b"));
    assert_eq!(kitchen.ask(ask()).await, revalidating(5));
    sleep(ms(1)).await;
    assert_eq!((kitchen.ask(ask()).await, kitchen.calls()), (got("b"), 2));
}

#[tokio::test(start_paused = true)]
async fn after_a_refresh_that_fails_the_next_one_tries_again() {
    for then in [
        fails(Reason::Unavailable).after(ms(300)),
        fails(Reason::InvalidReply),
        reply("b").after(secs(60)), // more than a call may take
    ] {
        let kitchen = five_seconds_later(then.clone()).await;
        for (turn, age) in [(1, 5), (2, 7), (3, 9)] {
            for _ in 0..5 {
                assert_eq!(kitchen.get().await, revalidating(age), "{then:?}");
            }
            sleep(ms(1)).await;
            assert_eq!(kitchen.calls(), 1 + turn, "{then:?}");
            sleep(ms(1_999)).await;
            assert_eq!(kitchen.service.in_flight.load(SeqCst), 0, "it has ended in time");
        }
        kitchen.says(reply("c").control(WINDOW));
        assert_eq!(kitchen.get().await, got("c"), "eleven seconds are too many");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_refused_ends_what_is_kept() {
    for reason in [Reason::NotFound, Reason::Forbidden, Reason::Unauthenticated] {
        let kitchen = five_seconds_later(fails(reason)).await;
        assert_eq!(kitchen.get().await, revalidating(5));
        sleep(ms(1)).await;
        assert_eq!((kitchen.get().await, kitchen.calls()), (Got::Failed(reason), 3));
        kitchen.says(fails(Reason::Unavailable));
        assert_eq!(kitchen.get().await, Got::Failed(Reason::Unavailable), "not later either");
    }
}

/// The caller's own time and presence have no part in it.
#[tokio::test(start_paused = true)]
async fn it_goes_on_when_the_one_who_began_it_has_gone() {
    let kitchen = five_seconds_later(reply("b").control(WINDOW).after(ms(400))).await;
    {
        let hurried = Ask(read_by("alice", ms(50)));
        let mut ask = pin!(kitchen.ask(hurried));
        assert!(poll!(&mut ask).is_ready());
    }
    sleep(ms(401)).await;
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("b"), 2));
}

#[tokio::test(start_paused = true)]
async fn the_service_is_asked_only_for_what_has_changed() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control(WINDOW).tag("\"one\""));
    kitchen.get().await;
    sleep(secs(5)).await;
    kitchen.says(unchanged());
    assert_eq!(kitchen.get().await, revalidating(5));
    sleep(ms(1)).await;
    assert_eq!(kitchen.last_asked(http::header::IF_NONE_MATCH), "\"one\"");
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), 2), "fresh again");
}

#[tokio::test(start_paused = true)]
async fn after_its_time_who_asks_waits() {
    for (after, expected) in [(10_999, stale("a", Reason::Revalidating, ms(10_999))), (11_000, got("b"))] {
        let kitchen = Kitchen::new();
        kitchen.says(reply("a").control(WINDOW));
        kitchen.get().await;
        sleep(ms(after)).await;
        kitchen.says(reply("b"));
        assert_eq!(kitchen.get().await, expected);
    }
}

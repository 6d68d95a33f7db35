//! A fresh answer is used without a call: for as long as the service says, or else its client method, and not longer.

use http::header::{AGE, DATE, EXPIRES};
use httpdate::fmt_http_date;

use super::*;

#[tokio::test(start_paused = true)]
async fn it_is_fresh_for_as_long_as_the_service_says() {
    let date = SystemTime::now() + secs(3600); // of a clock that is fast, so that no second passes on the way
    let expires = reply("a").with(DATE, &fmt_http_date(date)).with(EXPIRES, &fmt_http_date(date + secs(45)));
    for (says, private, public) in [
        (reply("a").control("max-age=60"), 60, 60),
        (reply("a").control("max-age=60").with(AGE, "20"), 40, 40),
        (reply("a").control("max-age=60, s-maxage=10"), 60, 10),
        (expires, 45, 45),
        (reply("a").control("max-age=600"), 600, 600), // more than is believed of a client method
    ] {
        for (ask, expected) in [(read("alice"), private), (read("alice").public(), public)] {
            let kitchen = Kitchen::new();
            kitchen.says(says.clone());
            let ask = || ask.clone().path("/now").anew();
            assert_eq!(kitchen.ask(ask()).await, got("a"));
            assert_eq!(kitchen.fresh_for(ask).await, secs(expected), "{says:?}");
            assert_eq!((kitchen.calls(), kitchen.counters.kept()), (2, expected * 2 - 1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_service_says_nothing_it_is_fresh_as_declared_and_never_longer_than_the_bound() {
    let most = |most: Duration| move |config: &mut CacheConfig| config.fresh_at_most = most;
    for (says, declared, bound, expected) in [
        (reply("a"), 10, 30, 10),
        (reply("a"), 3600, 30, 30),
        (reply("a"), 3600, 5, 5),
        (reply("a").control("max-age=60"), 10, 30, 60),
        (reply("a").control("max-age=2"), 10, 30, 2),
        (reply("a").control("private"), 10, 30, 10),
    ] {
        let kitchen = Kitchen::with(most(secs(bound)));
        kitchen.says(says.clone());
        let ask = || read("alice").fresh_for(secs(declared));
        assert_eq!(kitchen.ask(ask()).await, got("a"));
        assert_eq!(kitchen.fresh_for(ask).await, secs(expected), "{says:?} {declared} {bound}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_nobody_says_anything_the_service_is_asked_each_time() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a"));
    for calls in 1..5 {
        assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), calls));
    }
    // And what another method of the client declares of the same request is not its own.
    assert_eq!(kitchen.ask(read("alice").fresh_for(secs(10))).await, got("a"));
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), 6));
}

#[tokio::test(start_paused = true)]
async fn no_store_is_obeyed_whatever_the_client_declares() {
    for control in ["no-store", "max-age=60, no-store", "NO-STORE, stale-if-error=60", "no-cache"] {
        let kitchen = Kitchen::new();
        kitchen.says(reply("a").control(control));
        let ask =
            || read("alice").fresh_for(secs(10)).stale_while_revalidate(secs(60)).stale_if_error(secs(60));
        for calls in 1..4 {
            assert_eq!((kitchen.ask(ask()).await, kitchen.calls()), (got("a"), calls), "{control}");
        }
        kitchen.says(fails(Reason::Unavailable));
        assert_eq!(kitchen.ask(ask()).await, Got::Failed(Reason::Unavailable), "{control}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_for_its_caller_is_never_everybodys() {
    let control = |value: &str| reply("a").control(value);
    let vary = |name: &str| control("max-age=60").with(http::header::VARY, name);
    for (says, calls) in [
        (control("private, max-age=60"), 3),
        (control("max-age=60").with(http::header::SET_COOKIE, "session=1"), 3),
        (vary("X-User-Id"), 3),
        (vary("*"), 3),
        (vary("Accept-Language"), 1),
        (control("max-age=60"), 1),
    ] {
        let kitchen = Kitchen::new();
        kitchen.says(says.clone());
        for user in ["alice", "bob", "alice"] {
            assert_eq!(kitchen.ask(read(user).public().fresh_for(secs(10))).await, got("a"));
        }
        assert_eq!(kitchen.calls(), calls, "{says:?}");
    }
}

/// Answers that came together must not end together.
#[tokio::test(start_paused = true)]
async fn freshness_is_shortened_by_a_tenth_at_most_and_not_by_the_same() {
    let kitchen = Kitchen::with(|config| config.jitter_percent = 10);
    kitchen.says(reply("a").control("max-age=100"));
    let ask_all = async || {
        let calls = kitchen.calls();
        for number in 0..200 {
            kitchen.ask(read("alice").path(&format!("/{number}"))).await;
        }
        kitchen.calls() - calls
    };
    assert_eq!(ask_all().await, 200);
    sleep(ms(89_900)).await;
    assert_eq!(ask_all().await, 0);
    sleep(ms(5_100)).await;
    let ended = ask_all().await;
    assert!((50..150).contains(&ended), "{ended} of 200 at half of the jitter");
    sleep(ms(5_000)).await;
    assert_eq!(ended + ask_all().await, 200);
}

/// What the screen's own `Cache-Control` is made of.
#[tokio::test(start_paused = true)]
async fn what_is_left_is_counted_from_when_it_was_asked_for() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=10").with(AGE, "2").after(ms(400)));
    let keep = async || kitchen.outcome(read("alice")).await.unwrap().keep;
    assert_eq!(keep().await, Keep::For(ms(7_600)), "the time on the way is not left");
    sleep(secs(3)).await;
    assert_eq!((keep().await, kitchen.calls()), (Keep::For(ms(4_600)), 1));
    for (says, expected) in [
        (reply("a"), Keep::No),
        (reply("a").control("no-cache"), Keep::No),
        (reply("a").control("max-age=0"), Keep::No),
        (reply("a").control("no-store"), Keep::NoStore),
    ] {
        let kitchen = Kitchen::new();
        kitchen.says(says);
        assert_eq!(kitchen.outcome(read("alice")).await.unwrap().keep, expected);
    }
}

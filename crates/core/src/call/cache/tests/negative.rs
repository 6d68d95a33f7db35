//! "No such thing" is an answer too, for a second at most, where somebody says how long answers are good for.

use super::*;

fn missing() -> Got {
    Got::Failed(Reason::NotFound)
}

fn declared() -> Ask {
    read("alice").fresh_for(secs(10))
}

#[tokio::test(start_paused = true)]
async fn it_is_kept_for_a_second_where_freshness_is_declared() {
    let says_it = fails(Reason::NotFound).control("max-age=60");
    for (says, ask) in
        [(fails(Reason::NotFound), declared()), (says_it.clone(), read("alice")), (says_it, declared())]
    {
        let kitchen = Kitchen::new();
        kitchen.says(says.clone());
        assert_eq!(kitchen.ask(ask.clone().anew()).await, missing());
        sleep(ms(999)).await;
        assert_eq!((kitchen.ask(ask.clone().anew()).await, kitchen.calls()), (missing(), 1), "{says:?}");
        sleep(ms(1)).await;
        kitchen.says(reply("a"));
        assert_eq!((kitchen.ask(ask.anew()).await, kitchen.calls()), (got("a"), 2), "{says:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_never_kept_for_longer_than_is_configured_or_declared() {
    for (configured, declared, expected) in [(3000, 2000, 2000), (3000, 9000, 3000), (1000, 500, 500)] {
        let kitchen = Kitchen::with(|config| config.negative = ms(configured));
        kitchen.says(fails(Reason::NotFound));
        let ask = || read("alice").fresh_for(ms(declared));
        assert_eq!(kitchen.ask(ask()).await, missing());
        assert_eq!(kitchen.fresh_for(ask).await, ms(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_not_kept_where_nobody_says_so_or_the_service_forbids_it() {
    let no_store = fails(Reason::NotFound).control("no-store");
    let private = fails(Reason::NotFound).control("private");
    let off = |config: &mut CacheConfig| config.negative = Duration::ZERO;
    for (kitchen, says, ask) in [
        (Kitchen::new(), fails(Reason::NotFound), read("alice")),
        (Kitchen::new(), no_store, declared()),
        (Kitchen::new(), private, declared().public()),
        (Kitchen::with(off), fails(Reason::NotFound), declared()),
    ] {
        kitchen.says(says.clone());
        for calls in 1..4 {
            assert_eq!(
                (kitchen.ask(ask.clone().anew()).await, kitchen.calls()),
                (missing(), calls),
                "{says:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_refusals_are_never_kept() {
    for reason in Reason::ALL.iter().copied().filter(|reason| *reason != Reason::NotFound) {
        let kitchen = Kitchen::new();
        kitchen.says(fails(reason).control("max-age=60"));
        for calls in 1..4 {
            assert_eq!((kitchen.ask(declared()).await, kitchen.calls()), (Got::Failed(reason), calls));
        }
    }
}

/// It is fresh or it is nothing: no service that fails is said to know no such thing.
#[tokio::test(start_paused = true)]
async fn it_does_not_stand_in_for_a_service_that_fails() {
    let kitchen = Kitchen::new();
    let ask = || declared().stale_while_revalidate(secs(60)).stale_if_error(secs(60));
    kitchen.says(reply("a"));
    assert_eq!(kitchen.ask(ask()).await, got("a"));
    sleep(secs(80)).await;
    kitchen.says(fails(Reason::NotFound));
    assert_eq!(kitchen.ask(ask()).await, missing(), "it replaces what there was");
    sleep(secs(2)).await;
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!((kitchen.ask(ask()).await, kitchen.calls()), (Got::Failed(Reason::Unavailable), 3));
}

#[tokio::test(start_paused = true)]
async fn it_is_its_callers_and_a_write_ends_it() {
    let kitchen = Kitchen::new();
    kitchen.says(fails(Reason::NotFound));
    assert_eq!(kitchen.ask(declared()).await, missing());
    kitchen.says(reply("a"));
    assert_eq!(kitchen.ask(read("bob").fresh_for(secs(10))).await, got("a"));
    assert_eq!(kitchen.ask(declared()).await, missing(), "control: it is kept");
    kitchen.ask(write("alice")).await;
    assert_eq!(kitchen.ask(declared()).await, got("a"), "what was made is there at once");
}

/// A cache before the service may have kept it for longer than the answer that is kept here.
#[tokio::test(start_paused = true)]
async fn it_takes_the_place_of_a_younger_answer() {
    let kitchen = Kitchen::with(|config| config.negative = secs(3));
    kitchen.next([
        reply("a").control("max-age=0"),
        fails(Reason::NotFound).control("max-age=6").with(http::header::AGE, "1"),
        fails(Reason::Failed),
    ]);
    let ask = || read("alice").anew();
    assert_eq!(kitchen.ask(ask()).await, got("a"));
    assert_eq!(kitchen.ask(ask()).await, missing());
    sleep(secs(4)).await;
    assert_eq!(kitchen.ask(ask()).await, Got::Failed(Reason::Failed), "and not the answer before it");
}

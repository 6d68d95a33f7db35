//! A service that goes away for minutes: its last good answers stand in, each with its true age, until they are too old.

use super::*;

/// Reads by this user that their client declares for.
fn ask(user: &str, declared: bool) -> Ask {
    if declared { read(user).fresh_for(secs(5)) } else { read(user) }
}

#[tokio::test(start_paused = true)]
async fn four_minutes_without_the_service_are_four_minutes_with_its_last_answers() {
    let kitchen = Kitchen::new();
    let began = Instant::now();
    kitchen.says(reply("of alice").control("max-age=5"));
    assert_eq!(kitchen.ask(ask("alice", false)).await, got("of alice"));
    sleep(secs(2)).await;
    kitchen.says(reply("of bob"));
    assert_eq!(kitchen.ask(ask("bob", true)).await, got("of bob"));

    // First it hangs, then its breaker is open, with a probe now and then.
    let outages = [
        (reply("late").after(secs(60)), Reason::Timeout),
        (fails(Reason::OpenBreaker), Reason::OpenBreaker),
        (fails(Reason::Unavailable), Reason::Unavailable),
        (fails(Reason::Failed), Reason::Failed),
    ];
    let (mut asked, mut turn) = (0, outages.iter().cycle());
    while began.elapsed() < secs(240) {
        sleep(secs(7)).await;
        let (says, reason) = turn.next().expect("they go round");
        kitchen.says(says.clone());
        for (user, declared, since) in [("alice", false, secs(0)), ("bob", true, secs(2))] {
            let found = kitchen.ask(ask(user, declared)).await;
            let age = began.elapsed().saturating_sub(since); // virtual time, that of the timeout too
            assert_eq!(found, stale(&format!("of {user}"), *reason, age));
            asked += 1;
        }
    }
    assert!(asked > 50 && kitchen.calls() == 2 + asked, "each tries the service");
    assert_eq!(kitchen.counters.stale(), asked as u64);

    kitchen.says(reply("new").control("max-age=5"));
    for (user, declared) in [("alice", false), ("bob", true)] {
        assert_eq!(kitchen.ask(ask(user, declared)).await, got("new"), "it is back");
    }
}

#[tokio::test(start_paused = true)]
async fn after_five_minutes_beyond_their_freshness_they_are_absent() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=5"));
    let began = Instant::now();
    assert_eq!(kitchen.get().await, got("a"));
    kitchen.says(fails(Reason::Unavailable));
    for (at, present) in [(ms(304_999), true), (ms(305_000), false), (secs(400), false), (secs(4000), false)]
    {
        tokio::time::sleep_until(began + at).await;
        let expected =
            if present { stale("a", Reason::Unavailable, at) } else { Got::Failed(Reason::Unavailable) };
        assert_eq!(kitchen.get().await, expected, "{at:?}");
    }
}

/// Without the store below, so that the outage above is seen to bite.
#[tokio::test(start_paused = true)]
async fn without_keeping_there_is_nothing() {
    let kitchen = Kitchen::new();
    let ask = || read("alice").policy(|policy| policy.cache = false);
    kitchen.says(reply("a").control("max-age=5"));
    assert_eq!(kitchen.ask(ask()).await, got("a"));
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(kitchen.ask(ask()).await, Got::Failed(Reason::Unavailable));
}

/// An answer that comes after its caller's time is not lost: who waits longer has it, and it is kept.
#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_late_is_kept_where_somebody_waits_for_it() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=5").after(ms(600)));
    let hurried = kitchen.ask(Ask(read_by("alice", ms(100))));
    let (hurried, patient) = tokio::join!(hurried, kitchen.get());
    assert_eq!((hurried, patient), (Got::Failed(Reason::Timeout), got("a")));
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), 1));
}

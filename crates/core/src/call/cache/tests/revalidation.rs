//! What is stale need not be sent again where it has not changed (RFC 9111, 4.3): the service is asked with its validators, and
//! 304 makes the kept answer new.

use http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};

use super::*;

const MODIFIED: &str = "Sat, 14 Mar 2026 10:00:00 GMT";

/// A second old answer with both validators.
async fn with_a_stale_answer() -> Kitchen {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=1").tag("\"one\"").with(LAST_MODIFIED, MODIFIED));
    assert_eq!(kitchen.get().await, got("a"));
    assert_eq!(
        (kitchen.last_asked(IF_NONE_MATCH), kitchen.last_asked(IF_MODIFIED_SINCE)),
        Default::default()
    );
    sleep(secs(1)).await;
    kitchen
}

/// What the service is asked with.
fn validators(kitchen: &Kitchen) -> [String; 2] {
    [kitchen.last_asked(IF_NONE_MATCH), kitchen.last_asked(IF_MODIFIED_SINCE)]
}

fn both() -> [String; 2] {
    ["\"one\"".to_owned(), MODIFIED.to_owned()]
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_has_not_changed_is_renewed_without_its_body() {
    for (says, fresh) in [
        (unchanged(), 1),
        (unchanged().control("max-age=60"), 60),
        (unchanged().control("max-age=60").tag("\"one\""), 60),
        (unchanged().control("max-age=60").tag("W/\"one\""), 60),
    ] {
        let kitchen = with_a_stale_answer().await;
        kitchen.says(says.clone());
        for _ in 0..3 {
            let calls = kitchen.calls();
            let reply = kitchen.outcome(read("alice")).await.unwrap();
            assert_eq!((reply.keep, reply.json), (Keep::For(secs(fresh)), true), "{says:?}");
            assert_eq!(Got::of(Ok(reply)), got("a"), "{says:?}");
            assert_eq!((kitchen.calls(), &validators(&kitchen)[1]), (calls + 1, &MODIFIED.to_owned()));
            assert!(validators(&kitchen)[0].ends_with("\"one\""));
            assert_eq!(kitchen.fresh_for(|| read("alice")).await, secs(fresh), "{says:?}");
            sleep(secs(fresh)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_has_changed_replaces_it_with_its_own_validators() {
    let kitchen = with_a_stale_answer().await;
    kitchen.says(reply("b").control("max-age=1").tag("\"two\""));
    assert_eq!((kitchen.get().await, validators(&kitchen)), (got("b"), both()));
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("b"), 2));
    sleep(secs(1)).await;
    kitchen.says(unchanged());
    assert_eq!(
        (kitchen.get().await, validators(&kitchen)),
        (got("b"), ["\"two\"".to_owned(), String::new()])
    );
}

#[tokio::test(start_paused = true)]
async fn what_must_be_asked_for_each_time_is_asked_for_without_its_body() {
    for control in ["no-cache", "max-age=0", ""] {
        let kitchen = Kitchen::new();
        kitchen.says(reply("a").control(control).tag("\"one\""));
        assert_eq!(kitchen.get().await, got("a"));
        kitchen.says(unchanged());
        for calls in 2..6 {
            assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), calls));
            assert_eq!(validators(&kitchen), ["\"one\"".to_owned(), String::new()], "{control}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_304_for_what_is_not_kept_is_no_answer() {
    let kitchen = Kitchen::new();
    kitchen.says(unchanged().control("max-age=60").tag("\"one\""));
    for _ in 0..2 {
        assert_eq!(kitchen.get().await, Got::Failed(Reason::InvalidReply));
        assert_eq!(validators(&kitchen), [String::new(), String::new()]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_304_that_means_another_reply_ends_what_is_kept() {
    let kitchen = with_a_stale_answer().await;
    kitchen.says(unchanged().tag("\"other\""));
    assert_eq!((kitchen.get().await, validators(&kitchen)), (Got::Failed(Reason::InvalidReply), both()));
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(kitchen.get().await, Got::Failed(Reason::Unavailable));
    kitchen.says(reply("b"));
    assert_eq!((kitchen.get().await, validators(&kitchen)), (got("b"), [String::new(), String::new()]));
}

#[tokio::test(start_paused = true)]
async fn a_304_that_says_no_store_is_the_last_use_of_it() {
    let kitchen = with_a_stale_answer().await;
    kitchen.says(unchanged().control("no-store"));
    let renewed = kitchen.outcome(read("alice")).await.unwrap();
    assert_eq!((renewed.keep, Got::of(Ok(renewed))), (Keep::NoStore, got("a")));
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(
        (kitchen.get().await, validators(&kitchen)[0].as_str()),
        (Got::Failed(Reason::Unavailable), "")
    );
}

/// One answer is asked for, and all who wait have it.
#[tokio::test(start_paused = true)]
async fn those_who_ask_at_the_same_time_have_one_renewal() {
    let kitchen = with_a_stale_answer().await;
    kitchen.says(unchanged().after(ms(100)));
    let all = futures::future::join_all((0..50).map(|_| kitchen.get())).await;
    assert!(all.iter().all(|one| *one == got("a")));
    assert_eq!((kitchen.calls(), validators(&kitchen)), (2, both()));
}

/// Only what is well-formed goes back to the service, and only to the one who said it.
#[tokio::test(start_paused = true)]
async fn what_is_no_validator_is_not_asked_with() {
    for (name, value) in [(ETAG, "one"), (ETAG, "*"), (LAST_MODIFIED, "yesterday")] {
        let kitchen = Kitchen::new();
        kitchen.says(reply("a").control("max-age=1").with(name, value));
        kitchen.get().await;
        sleep(secs(1)).await;
        kitchen.get().await;
        assert_eq!(validators(&kitchen), [String::new(), String::new()], "{value}");
    }
    let kitchen = with_a_stale_answer().await;
    kitchen.ask(read("bob")).await;
    assert_eq!(validators(&kitchen), [String::new(), String::new()]);
}

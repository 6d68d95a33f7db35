//! What is not kept: what is too large, what the client can't read, what a newer answer has overtaken.

use http::header::IF_NONE_MATCH;

use super::*;

fn of_size(bytes: usize) -> Says {
    reply(&"x".repeat(bytes)).control("max-age=60")
}

#[tokio::test(start_paused = true)]
async fn an_answer_larger_than_a_mebibyte_is_not_kept() {
    for (size, calls) in [(1 << 10, 1), ((1 << 20) - 4096, 1), (1 << 20, 3), (4 << 20, 3)] {
        let kitchen = Kitchen::new();
        kitchen.says(of_size(size));
        for _ in 0..3 {
            assert!(matches!(kitchen.get().await, Got::Reply(body) if body.len() == size));
        }
        assert_eq!(kitchen.calls(), calls, "{size} bytes");
    }
    // What is asked counts too.
    let kitchen = Kitchen::with(|config| config.max_entry = 8 << 10);
    kitchen.says(of_size(1 << 10));
    for (length, calls) in [(1 << 10, 1), (8 << 10, 4)] {
        for _ in 0..3 {
            kitchen.ask(read("alice").path(&"/".repeat(length))).await;
        }
        assert_eq!(kitchen.calls(), calls, "a path of {length} bytes");
    }
}

/// What was kept before is not the answer any more.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_large_ends_the_one_before() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=1").tag("\"one\""));
    assert_eq!(kitchen.get().await, got("a"));
    sleep(secs(1)).await;
    kitchen.says(of_size(2 << 20));
    assert!(matches!(kitchen.get().await, Got::Reply(_)));
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(
        (kitchen.get().await, kitchen.last_asked(IF_NONE_MATCH)),
        (Got::Failed(Reason::Unavailable), String::new())
    );
}

/// A reply that does not begin with a brace is none.
fn sound(reply: &Reply, max_depth: usize) -> bool {
    assert_eq!(max_depth, 64, "as it is configured");
    reply.body.starts_with(b"{")
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_does_not_decode_is_not_kept_and_does_not_replace_the_last_good_one() {
    let ask = || read("alice").accepting(sound);
    let kitchen = Kitchen::new();
    kitchen.says(reply("nonsense").control("max-age=60").tag("\"no\""));
    for calls in 1..4 {
        assert_eq!((kitchen.ask(ask()).await, kitchen.calls()), (got("nonsense"), calls));
        assert_eq!(kitchen.last_asked(IF_NONE_MATCH), "");
    }
    kitchen.says(reply("{good").control("max-age=1").tag("\"one\""));
    assert_eq!(kitchen.ask(ask()).await, got("{good"));
    sleep(secs(1)).await;
    kitchen.says(reply("nonsense").control("max-age=60").tag("\"no\""));
    assert_eq!(kitchen.ask(ask()).await, got("nonsense"), "the decoder says what that is");
    assert_eq!(kitchen.ask(ask()).await, got("nonsense"), "and it is not kept");
    assert_eq!(kitchen.last_asked(IF_NONE_MATCH), "\"one\"", "the good one is");
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(kitchen.ask(ask()).await, stale("{good", Reason::Unavailable, secs(1)));
}

#[tokio::test(start_paused = true)]
async fn an_older_answer_that_arrives_later_does_not_replace_a_newer_one() {
    let says = |body: &str, after: u64| reply(body).control("max-age=60").after(ms(after));
    for (first, second, kept) in [(500, 100, "newer"), (100, 500, "newer"), (300, 200, "newer")] {
        let kitchen = Kitchen::new();
        // Each goes its own way, and so they are two calls.
        let ask = || read("alice").policy(|policy| policy.coalesce = false);
        kitchen.next([says("older", first), says("newer", second)]);
        let older = kitchen.ask(ask());
        let newer = async {
            sleep(ms(100 - 1)).await;
            kitchen.ask(ask()).await
        };
        assert_eq!(tokio::join!(older, newer), (got("older"), got("newer")));
        assert_eq!((kitchen.ask(ask()).await, kitchen.calls()), (got(kept), 2), "{first} ms and {second} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_what_came_while_it_was_on_its_way() {
    for reason in [Reason::Forbidden, Reason::Unauthenticated, Reason::NotFound] {
        let kitchen = Kitchen::new();
        let ask = || read("alice").policy(|policy| policy.coalesce = false);
        kitchen.next([reply("a").control("max-age=60").after(ms(100)), fails(reason).after(ms(200))]);
        let both = tokio::join!(kitchen.ask(ask()), kitchen.ask(ask()));
        assert_eq!(both, (got("a"), Got::Failed(reason)));
        kitchen.says(fails(Reason::Unavailable));
        assert_eq!((kitchen.ask(ask()).await, kitchen.calls()), (Got::Failed(Reason::Unavailable), 3));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_an_operation_or_a_service_for_which_that_is_configured() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=60"));
    let off = || read("alice").policy(|policy| policy.cache = false);
    for calls in 1..4 {
        assert_eq!((kitchen.ask(off()).await, kitchen.calls()), (got("a"), calls));
    }
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), 4), "nor did it leave anything");
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), 4), "control: another one is kept");
    assert_eq!((kitchen.ask(off()).await, kitchen.calls()), (got("a"), 5), "and is not used");
    kitchen.says(reply("a").after(ms(10)));
    futures::future::join_all((0..5).map(|_| kitchen.ask(off()))).await;
    assert_eq!(kitchen.calls(), 6, "those who ask at once are still one call");
}

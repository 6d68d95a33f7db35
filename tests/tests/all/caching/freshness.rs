//! What the services say of keeping decides when they are asked again, and what a client may keep of the screen.

use bff_testkit::{Mode, Nonsense};
use http::Method;

use super::*;

/// The seconds of `private, max-age=`.
fn max_age(reply: &Reply) -> u64 {
    let control = reply.header("cache-control");
    let seconds = control.strip_prefix("private, max-age=").and_then(|seconds| seconds.parse().ok());
    seconds.unwrap_or_else(|| panic!("no time in {control:?}"))
}

#[tokio::test]
async fn while_all_answers_are_fresh_nobody_is_asked_and_the_screen_is_the_same() {
    let bff = web_where_all_say("max-age=600").await;
    bff.services.says("orders.recent", "max-age=60");
    let first = overview(&bff, "alice").await;
    let tag = first.header("etag").to_owned();
    for _ in 0..10 {
        let again = overview(&bff, "alice").await;
        assert_eq!((&again.body, again.header("etag"), again.degraded()), (&first.body, &*tag, vec![]));
        // The least of all three, which loses what it has aged: a date in whole seconds may make that two at once.
        assert!((50..=60).contains(&max_age(&again)), "{:?}", again.header("cache-control"));
    }
    assert_eq!(asked(&bff), [1, 1, 1]);
    let head = bff.as_user("alice").request(Method::HEAD, OVERVIEW, None).await;
    assert_eq!((head.header("etag"), max_age(&head) <= 60, head.body.len()), (&*tag, true, 0));
    let known = bff.as_user("alice").header("if-none-match", &tag).get(OVERVIEW).await;
    assert_eq!((known.status.as_u16(), max_age(&known) <= 60), (304, true));
    assert_eq!(asked(&bff), [1, 1, 1]);
    let calls = bff.running().calls("users").expect("a service of this BFF");
    assert_eq!((calls.kept(), calls.answered()), (12, 13));
}

#[tokio::test]
async fn one_service_that_says_nothing_is_asked_each_time_and_so_is_the_screen() {
    let bff = web_where_all_say("max-age=60").await;
    for (count, silent) in CALLS.into_iter().enumerate() {
        bff.services.says_headers(silent, []);
        let user = ["alice", "bob", "zoe"][count];
        bff.services.clear();
        for times in 1..4 {
            let reply = overview(&bff, user).await;
            assert_eq!(reply.header("cache-control"), "private, no-cache", "{silent}");
            assert_eq!(bff.services.count(silent), times, "{silent}");
        }
        assert_eq!(asked(&bff).iter().sum::<usize>(), 5, "{silent} three times, the others once");
        bff.services.says(silent, "max-age=60");
    }
}

#[tokio::test]
async fn one_service_that_says_no_store_is_obeyed_and_so_says_the_screen() {
    let bff = web_where_all_say("max-age=60").await;
    for (count, secret) in CALLS.into_iter().enumerate() {
        bff.services.says(secret, "no-store");
        let user = ["alice", "bob", "zoe"][count];
        for times in 1..4 {
            let reply = overview(&bff, user).await;
            assert_eq!((reply.header("cache-control"), reply.degraded()), ("no-store", vec![]), "{secret}");
            assert_eq!(bff.services.count(secret), times, "{secret}");
        }
        bff.services.says(secret, "max-age=60");
        bff.services.clear();
    }
}

#[tokio::test]
async fn an_answer_that_has_become_stale_is_asked_for_again() {
    let bff = web_where_all_say("max-age=60").await;
    bff.services.says("users.get", "max-age=2");
    overview(&bff, "alice").await;
    bff_tests::within(MINUTE, "two seconds pass", async {
        while bff.services.count("users.get") == 1 {
            overview(&bff, "alice").await;
        }
    })
    .await;
    assert_eq!(asked(&bff), [2, 1, 1]);
}

#[tokio::test]
async fn what_the_client_declares_holds_up_to_the_bound_that_is_configured() {
    let bff = exact(tiny()).set("cache.fresh_at_most", "300ms").start().await;
    for (path, operation) in
        [("/people/declared/alice", "users.get"), ("/orders/declared/ord-1001", "orders.get")]
    {
        let ask = async || bff.as_user("alice").get(path).await;
        let began = std::time::Instant::now();
        assert_eq!(ask().await.degraded(), []);
        bff_tests::within(MINUTE, "its time passes", async {
            while bff.services.count(operation) == 1 {
                ask().await;
            }
        })
        .await;
        assert!(began.elapsed() >= Duration::from_millis(300), "{path}: {:?}", began.elapsed());
        let kept =
            bff.running().calls(operation.split('.').next().unwrap_or_default()).map(|calls| calls.kept());
        assert!(kept > Some(0), "control: {kept:?}");
    }
}

#[tokio::test]
async fn nothing_is_kept_of_what_is_configured_so() {
    for (key, value, expected) in [
        ("services.users.cache", "false", [3, 1, 1]),
        ("services.orders.operations.recent.cache", "false", [1, 3, 1]),
        ("services.orders.operations.get.cache", "false", [1, 1, 1]),
        ("cache.max_size", "0B", [3, 3, 3]),
        ("cache.max_entry", "1KiB", [3, 3, 3]),
    ] {
        let bff = exact(bff_web::bff()).set(key, value).start().await;
        for operation in CALLS {
            bff.services.says(operation, "max-age=60");
        }
        for _ in 0..3 {
            assert_eq!(overview(&bff, "alice").await.degraded(), []);
        }
        assert_eq!(asked(&bff), expected, "{key} = {value}");
    }
}

#[tokio::test]
async fn what_the_screen_cannot_read_is_not_kept_and_does_not_replace_the_last_good_answer() {
    let bff = web_where_all_say("max-age=0").await;
    assert_eq!(overview(&bff, "alice").await.degraded(), []);
    for operation in CALLS {
        bff.services.says(operation, "max-age=60");
    }
    for kind in [Nonsense::Html, Nonsense::Truncated, Nonsense::OtherShape, Nonsense::Garbage] {
        bff.services.set("orders", Mode::Nonsense(kind));
        bff.services.set("notifications", Mode::Nonsense(kind));
        let reply = overview(&bff, "alice").await;
        assert_eq!(
            reply.degraded(),
            reasons(&[("orders", "invalid_reply"), ("notifications", "invalid_reply")])
        );
    }
    for service in ["orders", "notifications"] {
        bff.services.set(service, Mode::Fail(503));
    }
    let reply = overview(&bff, "alice").await;
    assert_eq!(reply.fallbacks(), reasons(&[("orders", "stale"), ("notifications", "stale")]));
    let placed = |reply: &Reply| reply.json()["orders"].as_array().map(Vec::len);
    assert_eq!(placed(&reply), Some(5));
    bff.services.reset();
    assert_eq!(overview(&bff, "alice").await.degraded(), []);
}

/// What one worker keeps, all have: entries are shared, connections are not.
#[tokio::test]
async fn all_workers_have_what_one_has_kept() {
    let bff = exact(bff_web::bff()).set("server.workers", 4).start().await;
    for operation in CALLS {
        bff.services.says(operation, "max-age=60");
    }
    overview(&bff, "alice").await;
    let token = bff_tests::wire::bearer(&bff.token("alice").sign());
    for _ in 0..8 {
        // A connection each, so that each worker gets some.
        let reply =
            bff_tests::Wire::to(bff.address()).await.get(OVERVIEW, std::slice::from_ref(&token)).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(asked(&bff), [1, 1, 1]);
}

//! The list is in a Redis, for all instances.

use bff_testkit::Redis;
use bff_tests::{assert_problem, comes_true};

use super::*;

async fn start(redis: &Redis) -> TestBff {
    quick().set("auth.revoked.redis", true).set("redis.url", redis.url()).start().await
}

fn revoke(redis: &Redis, until: &str, entry: &str) {
    redis.run(["ZADD", "bff:revoked:1:entries", until, entry]);
    redis.run(["INCR", "bff:revoked:1:changes"]);
}

async fn is(bff: &TestBff, user: &str, expected: u16) -> bool {
    bff.as_user(user).get(OVERVIEW).await.status == expected
}

#[tokio::test]
async fn it_counts_at_all_instances() {
    let redis = Redis::start();
    let (one, other) = (start(&redis).await, start(&redis).await);
    for bff in [&one, &other] {
        comes_true("the list is known", async || is(bff, "alice", 200).await).await;
    }
    revoke(&redis, "+inf", "{\"subject\":\"alice\"}");
    revoke(&redis, "1000", "{\"subject\":\"bob\"}");
    for bff in [&one, &other] {
        comes_true("alice is refused", async || is(bff, "alice", 401).await).await;
        assert!(is(bff, "bob", 200).await, "what is over does not count");
    }
    redis.run(["DEL", "bff:revoked:1:entries"]);
    redis.run(["INCR", "bff:revoked:1:changes"]);
    comes_true("alice is let in", async || is(&one, "alice", 200).await).await;
}

#[tokio::test]
async fn a_list_that_was_never_read_lets_nobody_in() {
    let redis = Redis::start();
    redis.stop();
    let bff = start(&redis).await;
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_problem(&reply, 503, "overloaded");
    assert_eq!(bff.services.all_seen().len(), 0);
    redis.restart();
    comes_true("it is read", async || is(&bff, "alice", 200).await).await;
}

#[tokio::test]
async fn a_redis_that_goes_away_changes_nothing() {
    let redis = Redis::start();
    revoke(&redis, "+inf", "{\"subject\":\"alice\"}");
    let bff = start(&redis).await;
    comes_true("the list is known", async || is(&bff, "bob", 200).await).await;
    redis.stop();
    for _ in 0..20 {
        assert!(is(&bff, "alice", 401).await && is(&bff, "bob", 200).await);
    }
    // It is empty when it comes back.
    redis.restart();
    comes_true("it is read again", async || is(&bff, "alice", 200).await).await;
}

#[tokio::test]
async fn an_entry_that_nobody_understands_leaves_the_list_as_it_was() {
    let redis = Redis::start();
    revoke(&redis, "+inf", "{\"subject\":\"alice\"}");
    let bff = start(&redis).await;
    comes_true("the list is known", async || is(&bff, "alice", 401).await).await;
    revoke(&redis, "+inf", "{\"user\":\"bob\"}");
    revoke(&redis, "+inf", "{\"subject\":\"zoe\"}");
    for _ in 0..20 {
        assert!(is(&bff, "alice", 401).await && is(&bff, "zoe", 200).await);
    }
    redis.run(["ZREM", "bff:revoked:1:entries", "{\"user\":\"bob\"}"]);
    redis.run(["INCR", "bff:revoked:1:changes"]);
    comes_true("a good list counts", async || is(&bff, "zoe", 401).await).await;
}

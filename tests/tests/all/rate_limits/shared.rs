//! Instances count together through a real Redis, and each its own part while that is away.

use std::time::{Duration, Instant};

use bff_testkit::Redis;
use bff_tests::{Wire, assert_problem, comes_true};
use futures::future::join_all;

use super::*;

fn with(redis: &Redis) -> TestBffBuilder {
    TestBff::with(bff_web::bff())
        .set("redis.url", redis.url())
        .set("redis.timeout", "1s")
        .set("rate_limits.shared", true)
        .set("rate_limits.instances", 2)
        .set("rate_limits.caller", "[\"1/h burst 10\"]")
}

async fn start(redis: &Redis) -> TestBff {
    with(redis).start().await
}

async fn ask(bff: &TestBff, user: &str) -> Reply {
    bff.as_user(user).get(OVERVIEW).await
}

/// What operators see of it.
async fn is_up(bff: &TestBff) -> Option<bool> {
    let reply = Wire::to(bff.running().admin_address()).await.get("/limits", &[]).await;
    reply.json()["rate_limits"]["store"]["redis"]["up"].as_bool()
}

async fn admitted(bff: &TestBff, user: &str, requests: usize) -> usize {
    let mut admitted = 0;
    for _ in 0..requests {
        admitted += usize::from(ask(bff, user).await.status == 200);
    }
    admitted
}

#[tokio::test]
async fn two_instances_count_together() {
    let redis = Redis::start();
    let (one, other) = (start(&redis).await, start(&redis).await);
    assert_eq!((admitted(&one, "alice", 6).await, admitted(&other, "alice", 6).await), (6, 4));
    let refused = ask(&one, "alice").await;
    assert_problem(&refused, 429, "too_many_requests");
    assert_eq!(refused.header("ratelimit"), "\"caller\";r=0;t=36000");
    assert_eq!(ask(&other, "bob").await.header("ratelimit"), "\"caller\";r=9;t=3600");
    let keys = redis.keys();
    assert!(
        keys.len() == 2 && keys.iter().all(|key| key.starts_with("bff:limit:1:bff-web:caller:")),
        "{keys:?}"
    );
}

/// Control: each for itself has all of it.
#[tokio::test]
async fn without_it_each_instance_counts_for_itself() {
    let redis = Redis::start();
    let alone = async || with(&redis).set("rate_limits.shared", false).start().await;
    let (one, other) = (alone().await, alone().await);
    assert_eq!((admitted(&one, "alice", 12).await, admitted(&other, "alice", 12).await), (10, 10));
    assert!(redis.keys().is_empty());
}

#[tokio::test]
async fn without_redis_each_has_its_part_and_with_it_again_all() {
    let redis = Redis::start();
    redis.stop();
    let (one, other) = (start(&redis).await, start(&redis).await);
    assert_eq!((admitted(&one, "alice", 8).await, admitted(&other, "alice", 8).await), (5, 5));
    redis.restart();
    for (bff, user) in [(&one, "bob"), (&other, "alice")] {
        comes_true("more than its part", async || {
            admitted(bff, user, 10).await == 10 || {
                redis.run(["FLUSHALL"]);
                false
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_route_may_refuse_where_nobody_knows() {
    let redis = Redis::start();
    let route = "rate_limits.routes.GET /api/dashboard/overview.without_redis";
    let bff = with(&redis).set("rate_limits.caller", "[\"100/s\"]").set(route, "refuse").start().await;
    comes_true("Redis is reached", async || ask(&bff, "alice").await.status == 200).await;
    redis.stop();
    comes_true("nobody knows", async || ask(&bff, "alice").await.status == 503).await;
    let refused = ask(&bff, "alice").await;
    assert_problem(&refused, 503, "overloaded");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(is_up(&bff).await, Some(false));
    redis.restart();
    comes_true("Redis is back", async || ask(&bff, "alice").await.status == 200).await;
    assert_eq!(is_up(&bff).await, Some(true));
}

/// Each waits for `redis.timeout` once, here a second, and nobody after them.
#[tokio::test]
async fn of_a_flood_at_the_moment_of_a_stall_nobody_waits_twice() {
    let redis = Redis::start();
    let bff = with(&redis).set("rate_limits.caller", "[\"1000/h\"]").start().await;
    comes_true("Redis is reached", async || {
        ask(&bff, "alice").await;
        !redis.keys().is_empty()
    })
    .await;
    redis.pause();
    let flood = join_all((0..40).map(async |_| ask(&bff, "bob").await.status)).await;
    assert!(flood.iter().all(|status| *status == 200), "{flood:?}");
    let began = Instant::now();
    assert_eq!(admitted(&bff, "bob", 40).await, 40);
    // Did each wait, it would be forty seconds.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    redis.resume();
}

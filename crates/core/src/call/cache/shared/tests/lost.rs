//! Invalidations that Redis does not take at once are not lost.

use super::*;
use crate::call::cache::shared::names::Hash;

/// Refuses invalidations, and nothing else.
fn refuse(server: &Server) {
    server.run(["ACL", "SETUSER", "default", "-del", "-publish"]);
}

fn accept(server: &Server) {
    server.run(["ACL", "SETUSER", "default", "+del", "+publish"]);
}

#[tokio::test]
async fn an_invalidation_that_redis_refuses_is_sent_again_and_holds_here_at_once() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    one.keep("key", &["a", "b"], &sheet("body")).await;
    one.keep("well", &["c"], &sheet("body")).await;
    refuse(&server);
    one.invalidate(&["a"]).await;
    // Redis has it still, but this process must not use it, on none of its workers, nor replace it.
    let worker = SharedCache::open(&one.level);
    for cache in [&one.cache, &worker] {
        let looked = cache.get(b"key", &[&b"a"[..], &b"b"[..]]).await;
        assert!(looked.found.is_none() && looked.versions.0.is_none());
    }
    assert!(one.finds("well", &["c"]).await.is_some());
    assert!(other.finds("key", &["a", "b"]).await.is_some());

    accept(&server);
    until(async || other.finds("key", &["a", "b"]).await.is_none()).await;
    until(async || one.get("key", &["a", "b"]).await.versions.0.is_some()).await;
    assert_eq!(one.finds("key", &["a", "b"]).await, None);
}

#[tokio::test]
async fn an_invalidation_whose_caller_goes_away_is_sent() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    one.keep("key", &["a"], &sheet("body")).await;
    refuse(&server);
    {
        let tags: [&[u8]; 1] = [b"a"];
        let mut invalidating = std::pin::pin!(one.cache.invalidate(&tags));
        assert!(futures::poll!(&mut invalidating).is_pending());
    }
    assert!(one.level.unsent.has_any(&[Hash::of(b"a")]));
    accept(&server);
    until(async || other.finds("key", &["a"]).await.is_none()).await;
    until(async || !one.level.unsent.has_any(&[Hash::of(b"a")])).await;
}

#[tokio::test]
async fn an_invalidation_outlasts_a_redis_that_is_away() {
    let server = Server::start();
    let instance = Instance::with_timeout(&server.url(), Duration::from_millis(20));
    instance.written().await;
    server.stop();
    let tags: Vec<String> = (0..1000).map(|number| format!("tag {number}")).collect();
    for tag in &tags {
        instance.invalidate(&[tag]).await;
    }
    assert!(tags.iter().all(|tag| instance.level.unsent.has_any(&[Hash::of(tag.as_bytes())])));
    server.restart();
    until(async || !tags.iter().any(|tag| instance.level.unsent.has_any(&[Hash::of(tag.as_bytes())]))).await;
    // In batches, the first of which waited since the first of them.
    assert!(server.calls("publish") <= 5);
}

#[test]
fn a_confirmation_says_nothing_of_a_later_invalidation() {
    let unsent = super::super::unsent::Unsent::default();
    let (a, b) = (Hash::of(b"a"), Hash::of(b"b"));
    let first = unsent.note(&[a, b]);
    let second = unsent.note(&[a]);
    unsent.sent(&first);
    assert!(unsent.has_any(&[a]) && !unsent.has_any(&[b]));
    unsent.sent(&second);
    assert!(!unsent.has_any(&[a, b]));
    assert!(unsent.batch(10).is_empty());
}

#[test]
fn what_waits_for_redis_is_bounded() {
    let unsent = super::super::unsent::Unsent::default();
    let tags: Vec<Hash> = (0..70_000_u32).map(|number| Hash::of(&number.to_be_bytes())).collect();
    Log::begin();
    unsent.note(&tags);
    assert_eq!(unsent.batch(usize::MAX).len(), 1 << 16);
    assert!(Log::take().contains("invalidations are lost"));
}

//! What one instance keeps or ends, another one finds or doesn't.

use super::*;

#[tokio::test]
async fn what_one_instance_keeps_another_one_finds() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    let kept = Sheet {
        etag: Some(HeaderValue::from_static("\"v7\"")),
        last_modified: Some(HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT")),
        age: Duration::from_secs(5),
        negative: true,
        ..sheet(r#"{"name": "Alice"}"#)
    };
    let began = Instant::now();
    one.keep("users.get alice", &["users", "users alice"], &kept).await;

    let found = other.finds("users.get alice", &["users", "users alice"]).await.expect("it is there");
    // As old as it was, and what has passed since.
    assert!(found.age >= kept.age && found.age <= kept.age + began.elapsed(), "{:?}", found.age);
    assert_eq!(Sheet { age: kept.age, ..found }, kept);
    assert_eq!(other.finds("users.get bob", &["users", "users bob"]).await, None);
}

#[tokio::test]
async fn a_look_up_is_one_command_and_writes_nothing_that_is_there() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("key", &["a", "b"], &sheet("body")).await;
    let count = || (server.calls("evalsha"), server.calls("set"));
    let (asked, set) = count();
    assert!(instance.finds("key", &["a", "b"]).await.is_some());
    assert_eq!(count(), (asked + 1, set));
}

#[tokio::test]
async fn a_reply_ages_and_ends() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let ms = Duration::from_millis;
    let short = Sheet { fresh_for: ms(300), while_revalidate: ms(100), if_error: ms(300), ..sheet("body") };
    // Half of its time is over when it is put.
    instance.keep("key", &["a"], &Sheet { age: ms(300), ..short }).await;
    let mut last = ms(300);
    while let Some(Sheet { age, .. }) = instance.finds("key", &["a"]).await {
        assert!(age >= last && age < ms(600), "{age:?} after {last:?}");
        last = age;
        sleep(ms(10)).await;
    }
    assert!(last > ms(300));
    // What has no time left is not written at all.
    let looked = instance.get("late", &["a"]).await;
    instance.put("late", looked.versions, Sheet { age: ms(600), ..sheet("body") });
    let looked = instance.get("later", &["a"]).await;
    instance.put("later", looked.versions, Sheet { age: Duration::from_mins(1), ..sheet("body") });
    instance.written().await;
    assert!(instance.finds("late", &["a"]).await.is_some());
    assert_eq!(instance.finds("later", &["a"]).await, None);
}

/// What lies in a socket while Redis hangs is older when it is written.
#[tokio::test]
async fn a_reply_ages_on_its_way_too() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let began = Instant::now();
    instance.keep("before", &["a"], &sheet("body")).await;
    let looked = instance.get("key", &["a"]).await;
    server.pause();
    instance.put("key", looked.versions, sheet("body"));
    sleep(Duration::from_millis(300)).await;
    server.resume();
    until(async || instance.finds("key", &["a"]).await.is_some()).await;
    let age = instance.finds("key", &["a"]).await.expect("it is there").age;
    assert!(age >= Duration::from_millis(300) && age <= began.elapsed(), "{age:?}");
}

#[tokio::test]
async fn an_invalidation_ends_what_all_instances_find() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    for (key, tags) in [("a", ["users", "users alice"]), ("b", ["users", "users bob"])] {
        one.keep(key, &tags, &sheet(key)).await;
    }
    other.invalidate(&["users alice"]).await;
    for instance in [&one, &other] {
        assert_eq!(instance.finds("a", &["users", "users alice"]).await, None);
        assert!(instance.finds("b", &["users", "users bob"]).await.is_some());
    }
    // It is kept again, and the tag that it shares with others ends it as well.
    one.keep("a", &["users", "users alice"], &sheet("a, again")).await;
    one.invalidate(&["something else", "users"]).await;
    for instance in [&one, &other] {
        assert_eq!(instance.finds("a", &["users", "users alice"]).await, None);
        assert_eq!(instance.finds("b", &["users", "users bob"]).await, None);
    }
}

#[tokio::test]
async fn what_was_read_before_an_invalidation_is_not_kept_after_it() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    one.written().await;
    for invalidated in ["users", "users alice"] {
        let looked = one.get("key", &["users", "users alice"]).await;
        other.invalidate(&[invalidated]).await;
        one.put("key", looked.versions, sheet("from before"));
        one.written().await;
        assert_eq!(other.finds("key", &["users", "users alice"]).await, None);
        // Not even written: somebody else's newer one would be lost.
        assert_eq!(
            server.keys().iter().filter(|key| !key.contains("version")).count(),
            1,
            "{:?}",
            server.keys()
        );
    }
    // Nor does it replace a newer one.
    let looked = one.get("key", &["users", "users alice"]).await;
    other.invalidate(&["users"]).await;
    other.keep("key", &["users", "users alice"], &sheet("from after")).await;
    one.put("key", looked.versions, sheet("from before"));
    one.cache.forget(b"the last one").await;
    one.written().await;
    let found = one.finds("key", &["users", "users alice"]).await.expect("it is there");
    assert_eq!(found.body, "from after");
}

#[tokio::test]
async fn a_version_that_is_gone_is_a_miss_for_ever() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let versions = || server.keys().into_iter().filter(|key| key.contains("version")).collect::<Vec<_>>();
    for which in 0..2 {
        instance.keep("key", &["a", "b"], &sheet("body")).await;
        // As a Redis that is full does.
        assert_eq!(versions().len(), 2);
        server.run(["DEL", &versions()[which]]);
        let looked = instance.get("key", &["a", "b"]).await;
        assert_eq!(looked.found, None);
        // It has another one now, under which the entry was not read.
        assert_eq!(versions().len(), 2);
        assert_eq!(instance.finds("key", &["a", "b"]).await, None);
    }
    // What was read under a version that went meanwhile is not kept, although nobody made another one.
    let looked = instance.get("other", &["c"]).await;
    for version in versions() {
        server.run(["DEL", &version]);
    }
    instance.put("other", looked.versions, sheet("body"));
    instance.written().await;
    assert_eq!(instance.finds("other", &["c"]).await, None);
}

#[tokio::test]
async fn one_entry_can_be_forgotten() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("key", &["a"], &sheet("body")).await;
    instance.keep("other", &["a"], &sheet("body")).await;
    instance.cache.forget(b"key").await;
    assert_eq!(instance.finds("key", &["a"]).await, None);
    assert!(instance.finds("other", &["a"]).await.is_some());
}

#[tokio::test]
async fn many_look_ups_at_once_each_find_their_own() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let keys: Vec<String> = (0..100).map(|number| format!("key {number}")).collect();
    let puts = keys.iter().map(async |key| instance.keep(key, &["a", key], &sheet(key)).await);
    futures::future::join_all(puts).await;
    let gets = keys.iter().map(async |key| instance.finds(key, &["a", key]).await.map(|found| found.body));
    for (key, body) in keys.iter().zip(futures::future::join_all(gets).await) {
        assert_eq!(body.expect("it is there"), key.as_bytes());
    }
}

#[tokio::test]
async fn a_script_that_redis_has_forgotten_is_sent_again() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("key", &["a"], &sheet("body")).await;
    server.run(["SCRIPT", "FLUSH"]);
    assert!(instance.finds("key", &["a"]).await.is_some());
}

/// Calls run on a worker's runtime as boxed futures.
#[tokio::test]
async fn its_futures_can_be_boxed() {
    fn boxed<'a, T>(
        future: impl Future<Output = T> + Send + 'a,
    ) -> std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>> {
        Box::pin(future)
    }
    let server = Server::start();
    let Instance { level, cache } = Instance::new(&server.url());
    let tags: [&[u8]; 1] = [b"a"];
    boxed(cache.get(b"key", &tags)).await;
    boxed(cache.invalidate(&tags)).await;
    boxed(cache.forget(b"key")).await;
    drop(boxed(level.follow(Arc::new(|_| {}))));
}

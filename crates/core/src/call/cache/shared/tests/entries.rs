//! What stands in Redis: names that tell nothing, and entries that nobody else can put there.

use super::*;
use crate::call::cache::shared::{names::Hash, scripts::VERSION, sheet};

/// What Redis has as the versions of these tags.
fn versions(server: &Server, tags: &[&str]) -> Vec<u8> {
    let version = |tag: &&str| server.run(["GET", &Hash::of(tag.as_bytes()).version()]).bytes().to_vec();
    tags.iter().flat_map(version).collect()
}

/// Puts an entry where the key's is looked for.
fn plant(server: &Server, key: &str, entry: &[u8]) {
    server.run([b"SET".as_slice(), Hash::of(key.as_bytes()).entry().as_bytes(), entry, b"PX", b"60000"]);
}

#[tokio::test]
async fn no_name_tells_who_asked_for_what() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("users.get alice", &["users", "users alice"], &sheet("body")).await;
    // SHA-256 of the key, and of its tags. Instances of another version find them under these names too.
    let names = [
        "bff:cache:1:9f2e77f49f0a42fad2e90cb15e2d2541cd4d8b74c33e5a1f46b96fa85f21060a",
        "bff:cache:1:version:7dfb4cf67742cb0660305e56ef816c53fcec892cae7f6ee39b75f34e659d672c",
        "bff:cache:1:version:7f155d3853e3cc5b0c9340dc0f74cb6a57420b1e7dff9fca437f07404184d187",
    ];
    assert_eq!(server.keys(), names);
    // A tag and a key of the same bytes are two things.
    instance.keep("same", &["same"], &sheet("body")).await;
    assert!(instance.finds("same", &["same"]).await.is_some());
}

#[tokio::test]
async fn everything_in_redis_ends_by_itself_and_versions_after_entries() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let long = Sheet { if_error: Duration::from_hours(24), age: Duration::from_secs(10), ..sheet("body") };
    instance.keep("key", &["a", "b"], &long).await;
    instance.get("another", &["c"]).await;
    let left = |key: &str| server.run(["PTTL", key]).integer();
    let (versions, entries): (Vec<_>, Vec<_>) =
        server.keys().into_iter().partition(|key| key.contains("version"));
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    let lifetime = i64::try_from(long.lifetime().as_millis()).expect("a day");
    let entry = left(entry);
    assert!(entry <= lifetime - 10_000 && entry > lifetime - 10_000 - 20_000, "{entry}");
    let mut lefts: Vec<_> = versions.iter().map(|key| left(key)).collect();
    lefts.sort_unstable();
    assert!(lefts[0] > 0 && lefts[0] <= 300_000 && lefts[1] > entry && lefts[2] > entry, "{lefts:?}");
    // One that is short does not shorten the versions' time.
    instance.keep("short", &["a", "b"], &sheet("body")).await;
    let shortened = versions.iter().filter(|key| left(key) <= 300_000).count();
    assert_eq!(shortened, 1);
}

#[tokio::test]
async fn only_exactly_the_call_that_was_kept_is_found() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("key", &["a"], &sheet("body")).await;
    // Somebody else's whole and valid entry under this call's name.
    server.run(["COPY", &Hash::of(b"key").entry(), &Hash::of(b"other key").entry()]);
    assert_eq!(instance.finds("other key", &["a"]).await, None);
    assert!(instance.finds("key", &["a"]).await.is_some());
}

#[tokio::test]
async fn what_is_no_entry_is_a_miss_and_no_failure() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("well", &["a"], &sheet("body")).await;
    let whole = sheet::encode(b"key", &versions(&server, &["a"]), &sheet("body")).expect("it fits");
    let name = Hash::of(b"key").entry();
    for length in 0..whole.len() {
        plant(&server, "key", &whole[..length]);
        assert_eq!(instance.finds("key", &["a"]).await, None, "of {length} bytes");
    }
    plant(&server, "key", &[&whole, b"!".as_slice()].concat());
    assert_eq!(instance.finds("key", &["a"]).await, None);
    plant(&server, "key", &whole);
    // As old as its end says, which is a whole minute from when it was put there.
    assert!(instance.finds("key", &["a"]).await.expect("it is whole").age < PATIENCE);
    // An end that it can't have, and none.
    server.run(["PEXPIRE", &name, "61000"]);
    assert_eq!(instance.finds("key", &["a"]).await, None);
    server.run(["PERSIST", &name]);
    assert_eq!(instance.finds("key", &["a"]).await, None);
    // Another type, of the entry and of a version.
    server.run(["DEL", &name]);
    server.run(["RPUSH", &name, "x"]);
    let version = Hash::of(b"b").version();
    server.run(["RPUSH", &version, "x"]);
    for _ in 0..4 {
        let looked = instance.get("key", &["a", "b"]).await;
        assert!(looked.found.is_none() && looked.versions.0.is_some());
    }
    assert_eq!(versions(&server, &["b"]).len(), VERSION);
    // None of that made Redis look as if it were away.
    assert!(instance.finds("well", &["a"]).await.is_some());
}

#[tokio::test]
async fn large_replies_are_packed_and_too_large_ones_are_not_kept() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let length = |key: &str| server.run(["STRLEN", &Hash::of(key.as_bytes()).entry()]).integer();
    let text = "all work and no play ".repeat(5000);
    instance.keep("text", &["a"], &sheet(&text)).await;
    assert!(length("text") < 2000, "{}", length("text"));
    assert_eq!(instance.finds("text", &["a"]).await.expect("it is there").body, text);
    // What does not get shorter stays as it is.
    let noise: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(1 << 20).collect();
    let as_it_is = Sheet { body: noise.clone().into(), ..sheet("") };
    instance.keep("noise", &["a"], &as_it_is).await;
    assert!(length("noise") > 1 << 20);
    assert_eq!(instance.finds("noise", &["a"]).await.expect("it is there").body, noise);

    let looked = instance.get("too large", &["a"]).await;
    instance.put("too large", looked.versions, sheet(&"x".repeat((1 << 20) + 1)));
    instance.written().await;
    assert_eq!(length("too large"), 0);
}

#[tokio::test]
async fn a_poisoned_entry_costs_no_memory() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("well", &["a"], &sheet("body")).await;
    let versions = versions(&server, &["a"]);
    let bomb = sheet::encode(b"key", &versions, &sheet(&"x".repeat(64 << 20))).expect("it fits");
    assert!(bomb.len() < 100_000);
    // It announces 64 MiB, or lies about it.
    plant(&server, "key", &bomb);
    assert_eq!(instance.finds("key", &["a"]).await, None);
    let announced = (64_u32 << 20).to_be_bytes();
    let place = bomb.windows(4).position(|bytes| bytes == announced).expect("it is announced");
    let mut lying = bomb.clone();
    lying[place..place + 4].copy_from_slice(&(1_u32 << 20).to_be_bytes());
    plant(&server, "key", &lying);
    assert_eq!(instance.finds("key", &["a"]).await, None);
    // One that is itself too long is not even sent.
    plant(&server, "key", &vec![1; 8 << 20]);
    let sent = || {
        let info = server.run(["INFO", "stats"]).text();
        let line =
            info.lines().find_map(|line| line.strip_prefix("total_net_output_bytes:")).map(str::to_owned);
        line.and_then(|bytes| bytes.trim().parse::<u64>().ok()).expect("Redis tells")
    };
    let before = sent();
    assert_eq!(instance.finds("key", &["a"]).await, None);
    assert!(sent() - before < 1 << 20);
    assert!(instance.finds("well", &["a"]).await.is_some());
}

#[tokio::test]
async fn what_waits_to_be_written_is_bounded() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let entries = || server.keys().iter().filter(|key| !key.contains("version")).count();
    let versions = async || instance.get("any", &["a"]).await.versions;
    instance.written().await;
    // Nothing is written before this thread waits.
    for (size, expected) in [(10, 256), ((1 << 20) - 100, 16)] {
        let (versions, body) = (versions().await, "x".repeat(size));
        for number in 0..400 {
            instance.put(&number.to_string(), versions.clone(), sheet(&body));
        }
        instance.cache.forget(b"the last one").await;
        until(async || instance.cache.queue.is_empty()).await;
        instance.written().await;
        assert_eq!(entries(), expected + 1, "of {size} bytes");
        server.run(["FLUSHALL"]);
    }
}

#[tokio::test]
async fn a_redis_that_is_full_is_a_miss_and_still_invalidates() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("well", &["a"], &sheet("body")).await;
    server.run(["CONFIG", "SET", "maxmemory", "1"]);
    for _ in 0..4 {
        // What is there is found; what is not can't be put.
        assert!(instance.finds("well", &["a"]).await.is_some());
        let looked = instance.get("key", &["b"]).await;
        assert!(looked.found.is_none() && looked.versions.0.is_none());
        let looked = instance.get("key", &["a"]).await;
        instance.put("key", looked.versions, sheet("body"));
    }
    instance.invalidate(&["a"]).await;
    assert!(!instance.level.unsent.has_any(&[Hash::of(b"a")]));
    server.run(["CONFIG", "SET", "maxmemory", "0"]);
    instance.written().await;
    assert_eq!(instance.finds("well", &["a"]).await, None);
    assert_eq!(instance.finds("key", &["a"]).await, None);
}

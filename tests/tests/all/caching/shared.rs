//! Two instances before the same services, which share what they keep through a real Redis.

use bff_testkit::{MockServices, Mode, Redis};
use bff_tests::comes_true;

use super::*;

const PERSON: &str = "/people/declared/alice";

/// Two instances of a BFF, and the services and the Redis that they share.
struct Instances {
    one: TestBff,
    other: TestBff,
    services: MockServices,
    redis: Redis,
}

impl Instances {
    async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(set: fn(TestBffBuilder) -> TestBffBuilder) -> Self {
        let (services, redis) = (MockServices::start().await, Redis::start());
        let instance = async || {
            let builder = ["users", "orders"].iter().fold(exact(tiny()), |builder, service| {
                builder.set(&format!("services.{service}.url"), services.url(service))
            });
            set(builder.set("cache.shared", "true").set("redis.url", redis.url())).start().await
        };
        let (one, other) = (instance().await, instance().await);
        let instances = Self { one, other, services, redis };
        // An instance that has not heard Redis yet keeps for itself.
        comes_true("both instances reach Redis", async || instances.is_shared().await).await;
        instances.services.clear();
        instances
    }

    /// Whether what one instance asks for, the other one finds.
    async fn is_shared(&self) -> bool {
        let id = format!("/people/declared/{}", unknown_id());
        self.one.as_user("alice").get(&id).await;
        let before = self.asked();
        self.other.as_user("alice").get(&id).await;
        self.asked() == before
    }

    /// How many answers are in Redis.
    fn entries(&self) -> usize {
        self.redis.keys().iter().filter(|key| !key.contains(":version:")).count()
    }

    fn asked(&self) -> usize {
        self.services.count("users.get")
    }
}

/// An id that no test has asked for.
fn unknown_id() -> String {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    format!("nobody-{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

async fn id_of(bff: &TestBff, user: &str, path: &str) -> serde_json::Value {
    let reply = bff.as_user(user).get(path).await;
    assert_eq!(reply.degraded(), []);
    reply.json()["one"]["id"].clone()
}

#[tokio::test]
async fn what_one_instance_has_asked_for_the_other_one_knows() {
    let instances = Instances::start().await;
    let entries = instances.entries();
    assert_eq!(id_of(&instances.one, "alice", PERSON).await, "alice");
    comes_true("it is in Redis", async || instances.entries() > entries).await;
    let before = instances.asked();
    assert_eq!(id_of(&instances.other, "alice", PERSON).await, "alice");
    assert_eq!(instances.asked(), before);
    let before = instances.asked();
    assert_eq!(id_of(&instances.other, "bob", PERSON).await, "alice", "another caller asks for itself");
    assert_eq!(instances.asked(), before + 1);
}

/// The control of the one above.
#[tokio::test]
async fn without_sharing_each_instance_asks() {
    let instances = Instances::start().await;
    let alone = exact(tiny()).set("services.users.url", instances.services.url("users")).start().await;
    for bff in [&instances.one, &alone] {
        let before = instances.asked();
        assert_eq!(id_of(bff, "alice", PERSON).await, "alice");
        assert_eq!(instances.asked(), before + 1);
    }
}

#[tokio::test]
async fn a_write_at_one_instance_ends_what_the_other_one_keeps() {
    let instances = Instances::start().await;
    for user in ["alice", "bob"] {
        for bff in [&instances.one, &instances.other] {
            id_of(bff, user, PERSON).await;
        }
    }
    // Both have it in memory now, and ask nobody.
    let before = instances.asked();
    id_of(&instances.other, "alice", PERSON).await;
    assert_eq!(instances.asked(), before);
    instances.one.as_user("alice").post("/orders/caller", &serde_json::json!({})).await;
    comes_true("the other instance asks again", async || {
        let before = instances.asked();
        id_of(&instances.other, "alice", PERSON).await;
        instances.asked() > before
    })
    .await;
    let before = instances.asked();
    id_of(&instances.other, "bob", PERSON).await;
    assert_eq!(instances.asked(), before, "what is bob's stays");
}

#[tokio::test]
async fn a_redis_that_hangs_or_is_gone_costs_no_answer() {
    let instances = Instances::start().await;
    instances.redis.pause();
    for number in 0..10 {
        assert_eq!(id_of(&instances.one, "alice", &format!("{PERSON}?{number}")).await, "alice");
    }
    instances.redis.resume();
    instances.redis.stop();
    for bff in [&instances.one, &instances.other] {
        assert_eq!(id_of(bff, "alice", PERSON).await, "alice");
    }
    // And what this instance keeps, it still has.
    let before = instances.asked();
    assert_eq!(id_of(&instances.one, "alice", PERSON).await, "alice");
    assert_eq!(instances.asked(), before);
    instances.redis.restart();
    comes_true("both instances reach Redis", async || instances.is_shared().await).await;
}

#[tokio::test]
async fn the_last_good_answer_of_another_instance_stands_in() {
    let instances = Instances::with(|builder| builder.set("cache.fresh_at_most", "300ms")).await;
    let entries = instances.entries();
    id_of(&instances.one, "alice", PERSON).await;
    comes_true("it is in Redis", async || instances.entries() > entries).await;
    instances.services.set("users", Mode::Fail(503));
    let mut reply = instances.other.as_user("alice").get(PERSON).await;
    comes_true("it is fresh no more", async || {
        reply = instances.other.as_user("alice").get(PERSON).await;
        !reply.degraded().is_empty()
    })
    .await;
    assert_eq!(reply.json()["one"]["id"], "alice");
    assert_eq!(reply.degraded(), reasons(&[("one", "unavailable")]));
    let degraded = &reply.json()["_meta"]["degraded"][0];
    assert_eq!((degraded["fallback"].as_str(), degraded["age"].as_u64()), (Some("stale"), Some(0)));
}

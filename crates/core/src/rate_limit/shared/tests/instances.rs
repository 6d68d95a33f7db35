//! Several instances, one Redis that is well.

use super::*;

#[tokio::test]
async fn instances_count_together() {
    let server = Server::start();
    let instances: Vec<_> = (0..4).map(|_| Instance::new(&server.url())).collect();
    let (hour, mut admitted) = (quota(1, Per::Hour, 30), 0);
    for turn in 0..60 {
        admitted += u32::from(instances[turn % 4].admits(charge(hour, "alice", 1)).await);
    }
    assert_eq!(admitted, 30);
    // Somebody else has as much, and another BFF's count is its own.
    assert!(instances[0].admits(charge(hour, "bob", 30)).await);
    let redis = Arc::clone(&instances[0].limits.redis);
    let other = SharedLimits::new(&redis, "bff-other", &RateLimitsConfig::default());
    let store = SharedStore::open(&other);
    let verdict =
        store.charge(&charges(&[charge(hour, "alice", 30)]), Instant::now(), &instances[0].part).await;
    assert!(matches!(verdict, Verdict::Admitted(_)));
}

#[tokio::test]
async fn all_or_nothing() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    let (wide, narrow) = (quota(1, Per::Hour, 10), quota(1, Per::Hour, 1));
    let both = [charge(wide, "alice", 1), charge(narrow, "everyone", 1)];
    assert!(matches!(one.charge(&both).await, Verdict::Admitted(_)));
    for instance in [&one, &other, &one, &other] {
        let Verdict::Refused(levels) = instance.charge(&both).await else { panic!("one has nothing left") };
        assert_eq!((levels[0].available, levels[0].wait, levels[1].available), (9, 0, 0));
        // An hour, less what the test has taken.
        assert!((3_500_000_000..=3_600_000_000).contains(&levels[1].wait), "{levels:?}");
    }
    assert!(other.admits(charge(wide, "alice", 9)).await);
}

#[tokio::test]
async fn what_is_left_can_be_looked_at() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    let hour = quota(3600, Per::Hour, 100);
    let look = async |instance: &Instance| {
        let list = charges(&[charge(hour, "alice", 0), charge(quota(1, Per::Day, 7), "bob", 0)]);
        instance.store.levels(&list, Instant::now(), &instance.part).await
    };
    let untouched = look(&one).await;
    assert_eq!((untouched[0].available, untouched[0].debt, untouched[1].available), (100, 0, 7));
    assert!(other.admits(charge(hour, "alice", 40)).await);
    let levels = look(&one).await;
    assert!((60..70).contains(&levels[0].available), "{levels:?}");
    assert!((30_000_000..=40_000_000).contains(&levels[0].debt), "{levels:?}");
    assert_eq!(levels[1].available, 7);
    // To look writes nothing.
    assert_eq!(server.keys().len(), 1);
}

#[tokio::test]
async fn names_hold_nothing_that_a_caller_sent_and_keys_end() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    assert!(instance.admits(charge(quota(10, Per::Second, 10), "alice@example.org", 1)).await);
    let keys = server.keys();
    let [key] = &keys[..] else { panic!("{keys:?}") };
    let who = key.strip_prefix("bff:limit:1:bff-test:caller:").expect(key);
    assert!(who.len() <= 32 && who.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert!(!key.contains("alice"));
    until(async || server.keys().is_empty()).await;
}

#[tokio::test]
async fn a_request_is_one_question_and_what_is_known_to_be_refused_is_none() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    until(async || instance.is_shared().await).await;
    let asked = server.calls("evalsha");
    let hour = quota(1, Per::Hour, 20);
    for _ in 0..20 {
        assert!(instance.admits(charge(hour, "alice", 1)).await);
    }
    assert_eq!(server.calls("evalsha"), asked + 20);
    for _ in 0..50 {
        assert!(!instance.admits(charge(hour, "alice", 1)).await);
    }
    // Asked again once a second, should somebody have emptied Redis.
    assert!(server.calls("evalsha") <= asked + 22);
    server.run(["FLUSHALL"]);
    until(async || instance.admits(charge(hour, "alice", 1)).await).await;
}

#[tokio::test]
async fn leases_give_no_more_than_there_is_and_ask_seldom() {
    let server = Server::start();
    let instances: Vec<_> =
        (0..4).map(|_| Instance::with(&server.url(), Duration::from_secs(1), true)).collect();
    for instance in &instances {
        until(async || instance.is_shared().await).await;
    }
    let (asked, quota) = (server.calls("evalsha"), quota(1, Per::Hour, 5_000));
    let (alice, mut admitted) = (charge(quota, "alice", 1), 0);
    for turn in 0..8_000 {
        admitted += u64::from(instances[turn % 4].admits(alice).await);
    }
    let held: u64 = instances.iter().map(|instance| u64::from(instance.limits.ledger.held(&alice))).sum();
    let given_up: u64 = instances.iter().map(|instance| instance.limits.ledger.given_up()).sum();
    assert_eq!(admitted + held + given_up, 5_000);
    let asked = server.calls("evalsha") - asked;
    assert!(asked < 5_000, "{asked} questions");
}

/// Two processes of two workers each, all at once: the ledger is a process', and connections are a worker's.
#[test]
fn workers_and_processes_at_once_use_no_unit_twice() {
    const UNITS: u64 = 3_000;
    let server = Server::start();
    let of_process = || {
        let config = RedisConfig {
            url: Some(server.url().into()),
            timeout: Duration::from_secs(1),
            ..RedisConfig::default()
        };
        SharedLimits::new(&Redis::new(&config).expect("an address"), "bff-test", &RateLimitsConfig::default())
    };
    let processes = [of_process(), of_process()];
    let alice = charge(quota(1, Per::Hour, 3_000), "alice", 1);
    let worker = async |limits: &Arc<SharedLimits>| {
        let (store, part) = (SharedStore::open(limits), MemoryStore::new(1_000, 4));
        let mut admitted = 0;
        for _ in 0..2 * UNITS {
            let one = charges(&[Charge { closed: true, ..alice }]);
            match store.charge(&one, Instant::now(), &part).await {
                Verdict::Admitted(_) => admitted += 1,
                Verdict::Refused(_) => {}
                Verdict::Unknown => panic!("Redis is there"),
            }
        }
        admitted
    };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let admitted: u64 = std::thread::scope(|scope| {
        let workers = [0, 1, 0, 1].map(|process| {
            let limits = &processes[process];
            scope.spawn(move || runtime().block_on(worker(limits)))
        });
        workers.into_iter().map(|worker| worker.join().expect("no panic")).sum()
    });
    let held: u64 = processes.iter().map(|limits| u64::from(limits.ledger.held(&alice))).sum();
    let given_up: u64 = processes.iter().map(|limits| limits.ledger.given_up()).sum();
    assert_eq!(admitted + held + given_up, UNITS);
}

/// Scripts are forgotten when Redis restarts, or when somebody says so.
#[tokio::test]
async fn a_redis_that_has_forgotten_the_script_is_told_again() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    until(async || instance.is_shared().await).await;
    for _ in 0..3 {
        server.run(["SCRIPT", "FLUSH"]);
        assert!(instance.is_shared().await);
    }
}

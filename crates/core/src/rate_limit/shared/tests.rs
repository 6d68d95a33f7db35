//! The shared quotas, by themselves and against a real Redis. Two instances are two of [`Instance`].

mod arithmetic;
mod away;
mod instances;
mod leases;
mod model;
mod property;
mod refusals;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use bff_redis_server::Redis as Server;

use super::*;
use crate::{
    config::{Per, QuotaConfig, RedisConfig},
    rate_limit::{charge::Charge, key::Who, quota::Quota},
};

/// Long enough for a machine that does other things too. Nothing waits for it unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// That of a request, unless a slow machine must make no difference.
const TIMEOUT: Duration = Duration::from_millis(20);

/// One process with one worker.
struct Instance {
    limits: Arc<SharedLimits>,
    store: SharedStore,
    /// Its own part, of four.
    part: MemoryStore,
}

impl Instance {
    /// With so much time for an operation that a slow machine makes no difference.
    fn new(url: &str) -> Self {
        Self::with(url, Duration::from_secs(1), false)
    }

    fn with(url: &str, timeout: Duration, leases: bool) -> Self {
        let config = RedisConfig { url: Some(url.into()), timeout, ..RedisConfig::default() };
        let redis = Redis::new(&config).expect("the address is one");
        let config = RateLimitsConfig { leases, ..RateLimitsConfig::default() };
        let limits = SharedLimits::new(&redis, "bff-test", &config);
        let (store, part) = (SharedStore::open(&limits), MemoryStore::new(10_000, 4));
        Self { limits, store, part }
    }

    async fn charge(&self, list: &[Charge<'static>]) -> Verdict {
        self.store.charge(&charges(list), Instant::now(), &self.part).await
    }

    async fn admits(&self, charge: Charge<'static>) -> bool {
        matches!(self.charge(&[charge]).await, Verdict::Admitted(_))
    }

    /// Whether Redis counts: by somebody who was never seen, and is refused where nobody knows.
    async fn is_shared(&self) -> bool {
        static PROBES: AtomicU32 = AtomicU32::new(0);
        let name = format!("probe {}", PROBES.fetch_add(1, Relaxed));
        let probe = Charge { closed: true, ..charge(quota(1, Per::Hour, 1), &name, 1) };
        match self.charge(&[probe]).await {
            Verdict::Admitted(_) => true,
            Verdict::Unknown => false,
            Verdict::Refused(levels) => panic!("it was never seen: {levels:?}"),
        }
    }
}

/// A test's quota lives as long as the test.
fn quota(count: u32, per: Per, burst: u32) -> &'static Quota {
    Box::leak(Box::new(Quota::new(1, "caller", QuotaConfig { count, per, burst })))
}

fn charge(quota: &'static Quota, name: &str, cost: u32) -> Charge<'static> {
    Charge { quota, who: Who::caller("login", name), cost, closed: false }
}

fn charges<'a>(list: &[Charge<'a>]) -> Charges<'a> {
    Charges::of(list)
}

/// Returns when it is so, and how long that took.
async fn until(is_so: impl AsyncFn() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "it does not come to be so");
        sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

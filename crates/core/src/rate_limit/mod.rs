//! How much each caller may ask for, and what to say when it is too much.
//!
//! - [`gcra`]: the arithmetic, once. [`quota`]: an operator's "100/s burst 200". [`key`]: who is counted together.
//! - [`rules`]: which quotas a request is charged to, by who asks and by its route. [`charge`]: all of them, or none.
//! - [`memory`]: the counts of one instance, in a [`table`] of bounded size.
//! - [`shared`]: those that all instances have together, in a Redis.
//! - [`refusals`]: who is refused most, and [`view`]: what operators see of all this.
//! - [`fields`]: what the client reads of it. [`usage`]: the same for a page of its own.
//!
//! Nothing here refuses a request; [`crate::front_door`] does, before any service is called.

mod charge;
mod fields;
mod gcra;
mod key;
mod memory;
mod quota;
mod refusals;
mod rules;
mod shared;
mod table;
pub mod usage;
mod view;

use std::sync::Arc;

use tokio::time::Instant;

pub(crate) use self::{
    charge::{Charges, Levels, MOST as MOST_QUOTAS, Verdict},
    fields::{RATE_LIMIT, RATE_LIMIT_POLICY, limit as limit_field, seconds},
    gcra::Gcra,
    key::Who,
    quota::names as quota_names,
    rules::{Applied, Asks, RouteRules},
    view::LimitsView,
};
use self::{
    memory::MemoryStore,
    refusals::Refusals,
    rules::Rules,
    shared::{SharedLimits, SharedStore},
};
use crate::{config::RateLimitsConfig, link::Redis};

/// The quotas and the counts of one process.
pub(crate) struct RateLimits {
    pub(crate) rules: Rules,
    /// What is counted here: all there is, or this instance's part while the instances can't ask each other.
    memory: MemoryStore,
    /// What all instances count together, if they do.
    shared: Option<Arc<SharedLimits>>,
    /// Who is refused, for operators.
    pub(crate) refusals: Refusals,
    /// Whether each answer says how much is left.
    pub(crate) says_always: bool,
}

/// One worker's end of it.
#[derive(Clone)]
pub(crate) struct Limiter {
    pub(crate) limits: Arc<RateLimits>,
    shared: Option<Arc<SharedStore>>,
}

impl RateLimits {
    /// None where rates are not limited. BFFs of different names count for themselves in one Redis.
    pub(crate) fn new(bff: &str, config: &RateLimitsConfig, redis: Option<&Arc<Redis>>) -> Option<Arc<Self>> {
        config.enabled.then(|| {
            let redis = redis.filter(|_| config.shared);
            let instances = if config.shared { config.instances } else { 1 };
            let rules = Rules::new(config);
            Arc::new(Self {
                refusals: Refusals::new(rules.last_quota()),
                rules,
                memory: MemoryStore::new(config.max_keys, instances),
                shared: redis.map(|redis| SharedLimits::new(redis, bff, config)),
                says_always: config.headers,
            })
        })
    }

    /// Forgets whoever owes nothing any more: beside the acceptor, until it is dropped.
    pub(crate) async fn sweep(self: Arc<Self>) {
        match &self.shared {
            Some(shared) => _ = tokio::join!(self.memory.sweep(), shared.sweep()),
            None => self.memory.sweep().await,
        }
    }
}

impl Limiter {
    /// Opens it on the runtime that this runs on, which has its connection to Redis.
    pub(crate) fn open(limits: Arc<RateLimits>) -> Self {
        let shared = limits.shared.as_ref().map(|shared| Arc::new(SharedStore::open(shared)));
        Self { limits, shared }
    }

    /// Charges all, or nothing if one of them does not fit.
    pub(crate) async fn charge(&self, charges: &Charges<'_>, now: Instant) -> Verdict {
        match &self.shared {
            Some(shared) => shared.charge(charges, now, &self.limits.memory).await,
            None => self.limits.memory.charge(charges, now),
        }
    }

    /// What is left of each, without charging anything.
    pub(crate) async fn levels(&self, charges: &Charges<'_>, now: Instant) -> Levels {
        match &self.shared {
            Some(shared) => shared.levels(charges, now, &self.limits.memory).await,
            None => self.limits.memory.levels(charges, now),
        }
    }
}

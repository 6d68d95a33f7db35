//! How much each caller may ask for, and what to say when it is too much.
//!
//! - [`gcra`]: the arithmetic, once. [`quota`]: an operator's "100/s burst 200". [`key`]: who is counted together.
//! - [`rules`]: which quotas a request is charged to, by who asks and by its route. [`charge`]: all of them, or none.
//! - [`memory`]: the counts of one instance, in a [`table`] of bounded size.
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
use self::{memory::MemoryStore, refusals::Refusals, rules::Rules};
use crate::config::RateLimitsConfig;

/// The quotas and the counts of one process.
pub(crate) struct RateLimits {
    pub(crate) rules: Rules,
    /// What is counted here: all there is, or this instance's part while the instances can't ask each other.
    memory: MemoryStore,
    /// Who is refused, for operators.
    pub(crate) refusals: Refusals,
    /// Whether each answer says how much is left.
    pub(crate) says_always: bool,
}

/// One worker's end of it.
#[derive(Clone)]
pub(crate) struct Limiter {
    pub(crate) limits: Arc<RateLimits>,
}

impl RateLimits {
    /// None where rates are not limited.
    pub(crate) fn new(config: &RateLimitsConfig) -> Option<Arc<Self>> {
        config.enabled.then(|| {
            let instances = if config.shared { config.instances } else { 1 };
            let rules = Rules::new(config);
            Arc::new(Self {
                refusals: Refusals::new(rules.last_quota()),
                rules,
                memory: MemoryStore::new(config.max_keys, instances),
                says_always: config.headers,
            })
        })
    }

    /// Forgets whoever owes nothing any more: beside the acceptor, until it is dropped.
    pub(crate) async fn sweep(self: Arc<Self>) {
        self.memory.sweep().await;
    }
}

impl Limiter {
    pub(crate) fn new(limits: Arc<RateLimits>) -> Self {
        Self { limits }
    }

    /// Charges all, or nothing if one of them does not fit.
    #[expect(clippy::unused_async, reason = "counts that are shared are asked for")]
    pub(crate) async fn charge(&self, charges: &Charges<'_>, now: Instant) -> Verdict {
        self.limits.memory.charge(charges, now)
    }

    /// What is left of each, without charging anything.
    #[expect(clippy::unused_async, reason = "counts that are shared are asked for")]
    pub(crate) async fn levels(&self, charges: &Charges<'_>, now: Instant) -> Levels {
        self.limits.memory.levels(charges, now)
    }
}

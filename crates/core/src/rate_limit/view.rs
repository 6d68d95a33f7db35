//! What operators see of it: [`LimitsView`], as JSON.

use serde::Serialize;
use tokio::time::Instant;

use crate::front_door::admission::AdmissionView;

use super::{RateLimits, quota::Quota, refusals::Label};

/// `/limits` of the admin listener.
#[derive(Debug, Serialize)]
pub(crate) struct LimitsView {
    /// None where rates are not limited.
    pub(crate) rate_limits: Option<RateLimitsView>,
    /// What the process takes on at once.
    pub(crate) admission: AdmissionView,
}

/// The quotas and who was refused.
#[derive(Debug, Serialize)]
pub(crate) struct RateLimitsView {
    quotas: Vec<QuotaView>,
    /// In the last 30 to 60 seconds, most first: everybody with more than a 128th of all refusals.
    refused: Vec<RefusedView>,
    store: StoreView,
}

#[derive(Debug, Serialize)]
struct QuotaView {
    name: String,
    /// `100/s`.
    rate: String,
    /// Units at once.
    burst: u32,
    refused: CountView,
}

#[derive(Debug, Serialize)]
struct CountView {
    /// Since the start.
    total: u64,
    last_minute: u64,
}

#[derive(Debug, Serialize)]
struct RefusedView {
    quota: String,
    who: Label,
    /// How often it was at least, and at most.
    at_least: u64,
    at_most: u64,
}

/// Where counts are kept.
#[derive(Debug, Serialize)]
struct StoreView {
    /// Keys that this process counts in its own memory.
    keys: usize,
    /// Whether those that the instances share can be asked. None where each counts for itself.
    redis: Option<RedisView>,
}

/// As far as requests have seen.
#[derive(Debug, Serialize)]
struct RedisView {
    up: bool,
    since_seconds: u64,
}

impl RateLimits {
    /// What operators see of it now.
    pub(crate) fn view(&self, now: Instant) -> RateLimitsView {
        let quotas: Vec<_> = self.rules.quotas();
        let name =
            |number| quotas.iter().find(|quota| quota.number == number).map(|quota| quota.name.to_string());
        let refused = self.refusals.most(now).into_iter().map(|refused| RefusedView {
            quota: name(refused.quota).unwrap_or_default(),
            who: refused.who,
            at_least: refused.at_least,
            at_most: refused.at_most,
        });
        RateLimitsView {
            refused: refused.collect(),
            store: StoreView { keys: self.memory.keys(), redis: self.redis(now) },
            quotas: quotas.iter().map(|quota| self.view_of(quota, now)).collect(),
        }
    }

    fn redis(&self, now: Instant) -> Option<RedisView> {
        self.shared.as_ref().map(|shared| {
            let (up, since) = shared.standing();
            RedisView { up, since_seconds: now.saturating_duration_since(since).as_secs() }
        })
    }

    fn view_of(&self, quota: &Quota, now: Instant) -> QuotaView {
        let (total, last_minute) = self.refusals.of_quota(quota.number, now);
        QuotaView {
            name: quota.name.to_string(),
            rate: quota.rate.to_string(),
            burst: quota.burst,
            refused: CountView { total, last_minute },
        }
    }
}

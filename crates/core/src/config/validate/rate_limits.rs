//! Checks `[rate_limits]`.

use super::{
    super::{Config, QuotaConfig, RateLimitsConfig, load::one_of},
    Checks, Found,
};
use crate::rate_limit::{Gcra, MOST_QUOTAS, quota_names};

/// A unit each 100 microseconds, since whole microseconds are counted: the error of a rate is a hundredth at most.
const LEAST_INTERVAL: u64 = 100;
const LEAST_INTERVAL_TEXT: &str = "at most 10000 in a second";

/// What a caller has used up must come back some day.
const LONGEST_WINDOW: u64 = 31 * 24 * 3_600_000_000;

/// So that the numbers of all quotas fit into the 16 bits that tell them apart.
const MOST_PLANS: usize = 1_000;

pub(super) fn check(config: &Config, routes: &[String], checks: &mut Checks<'_>) {
    let limits = &config.rate_limits;
    checks.number(&["rate_limits", "instances"], limits.instances as usize, 1, 10_000);
    checks.number(&["rate_limits", "max_keys"], limits.max_keys, 1_000, 100_000_000);
    if limits.shared && config.redis.url.is_none() && !checks.report.reaches_into("redis") {
        checks.wrong(&["rate_limits", "shared"], "false, or the address of a Redis in redis.url");
    }
    quotas(&["rate_limits", "caller"], &limits.caller, checks);
    quotas(&["rate_limits", "address"], &limits.address, checks);
    for (name, plan) in &limits.plans {
        let key = ["rate_limits", "plans", name];
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\:".contains(&byte)) {
            checks.wrong(&key, "a name of letters and digits, such as gold");
        }
        quotas(&key, plan, checks);
    }
    if limits.plans.len() > MOST_PLANS {
        checks.wrong(&["rate_limits", "plans"], format!("at most {MOST_PLANS} plans"));
    }
    for name in limits.routes.keys() {
        route(name, limits, routes, checks);
    }
}

fn route(name: &str, limits: &RateLimitsConfig, routes: &[String], checks: &mut Checks<'_>) {
    let (own, key) = (&limits.routes[name], ["rate_limits", "routes", name]);
    if !routes.iter().any(|route| route == name) {
        let known: Vec<_> = routes.iter().map(String::as_str).collect();
        checks.wrong_as(&key, Found::Fact("a route that there is not"), one_of(&known, name));
    }
    quotas(&["rate_limits", "routes", name, "quotas"], &own.quotas, checks);
    // A request that costs more than a quota ever has is never answered.
    let cost = ["rate_limits", "routes", name, "cost"];
    let lists = limits.plans.values().chain([&limits.caller, &limits.address, &own.quotas]);
    if let Some(least) =
        lists.clone().flatten().map(|quota| quota.burst).min().filter(|least| own.cost > *least)
    {
        checks.wrong(&cost, format!("at most {least}, the smallest burst that it is taken from"));
    }
    let most = lists.map(Vec::len).max().unwrap_or_default() + own.quotas.len();
    if most > MOST_QUOTAS {
        checks.wrong(&key, format!("at most {MOST_QUOTAS} quotas for one request, with those of its caller"));
    }
}

fn quotas(path: &[&str], quotas: &[QuotaConfig], checks: &mut Checks<'_>) {
    for quota in quotas {
        let gcra = Gcra::new(quota.count, quota.per.length(), quota.burst);
        if gcra.interval < LEAST_INTERVAL {
            checks.wrong(path, LEAST_INTERVAL_TEXT);
        } else if gcra.tolerance > LONGEST_WINDOW {
            checks.wrong(path, "a burst that is there again after 31 days");
        }
    }
    let mut names: Vec<_> = quota_names("", quotas).map(|(name, _)| name).collect();
    names.sort();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        checks.wrong(path, "one quota a unit of time");
    } else if quotas.len() > MOST_QUOTAS {
        checks.wrong(path, format!("at most {MOST_QUOTAS} quotas"));
    }
}

//! Checks `[cache]`.

use std::time::Duration;

use super::{
    super::{CacheConfig, Config},
    Checks, Span,
};

/// How long something may be kept.
const KEPT: Span = Span {
    shortest: Duration::ZERO,
    longest: Duration::from_hours(24),
    text: "a duration from \"0s\" to \"24h\"",
};

/// The largest entry that may be set: each look-up in Redis may bring one.
const MAX_ENTRY: usize = 64 << 20;

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let Config { redis, cache, .. } = config;
    entries(cache, checks);
    // An address that was refused is one that was set.
    if cache.shared && redis.url.is_none() && !checks.report.reaches_into("redis") {
        checks.wrong(&["cache", "shared"], "false, or the address of a Redis in redis.url");
    }
}

fn entries(cache: &CacheConfig, checks: &mut Checks<'_>) {
    let max_entry = ["cache", "max_entry"];
    if !(1..=MAX_ENTRY).contains(&cache.max_entry) {
        checks.wrong(&max_entry, "a size from 1 to \"64MiB\"");
    } else if checks.is_set(&max_entry) && cache.max_size != 0 && cache.max_entry > cache.max_size {
        // The default gives way to a small cache; what is set is meant.
        checks.wrong(&max_entry, "no more than cache.max_size");
    }
    checks.duration(&["cache", "fresh_at_most"], cache.fresh_at_most, &KEPT);
    checks.duration(&["cache", "stale_if_error"], cache.stale_if_error, &KEPT);
    checks.duration(&["cache", "negative"], cache.negative, &KEPT);
    checks.number(&["cache", "jitter_percent"], cache.jitter_percent as usize, 0, 100);
}

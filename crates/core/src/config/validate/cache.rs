//! Checks `[cache]` and `[redis]`.

use std::time::Duration;

use redis::IntoConnectionInfo;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    super::{CacheConfig, Config},
    Checks, Found, Span,
};

/// A look-up in a cache that takes longer is no help.
const LOOK_UP: Span = Span {
    shortest: Duration::from_millis(1),
    longest: Duration::from_secs(1),
    text: "a duration from \"1ms\" to \"1s\"",
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
    if let Some(url) = &redis.url {
        address(url, checks);
    }
    checks.duration(&["redis", "timeout"], redis.timeout, &LOOK_UP);
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

/// Any part of it may be a password that stands where it should not, so none is shown.
fn address(url: &SecretString, checks: &mut Checks<'_>) {
    let text = url.expose_secret();
    let known = text.starts_with("redis://") || text.starts_with("rediss://");
    let parsed =
        Url::parse(text).ok().filter(|url| known && url.host_str().is_some_and(|host| !host.is_empty()));
    let expected = match parsed {
        None => "with redis:// or rediss:// and a host, and a password that is percent-encoded",
        Some(url) if url.query().is_some() || url.fragment().is_some() => {
            "without a query or a fragment: in a password ? is %3F and # is %23"
        }
        // What is left is the path, and an address that means all of them.
        Some(_) if text.into_connection_info().is_err() => {
            "of one machine, and with the number of a database as its path, or none"
        }
        Some(_) => return,
    };
    let expected = format!("an address such as \"redis://redis.internal:6379\", {expected}");
    checks.wrong_as(&["redis", "url"], Found::Fact("an address (hidden)"), expected);
}

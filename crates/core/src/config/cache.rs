//! What can be set of kept answers.

use std::time::Duration;

use serde::Deserialize;

use super::values;

/// `[cache]`: answers of services that are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// The most memory that they take, over all services and workers. 0 keeps none. Default `64MiB`.
    #[serde(with = "values::byte_size")]
    pub max_size: usize,
    /// The largest answer that is kept. Default `1MiB`.
    #[serde(with = "values::byte_size")]
    pub max_entry: usize,
    /// The longest that an answer is fresh because its client method says so. What a service says of its own reply is not
    /// bound by it. Default `30s`.
    #[serde(with = "values::duration")]
    pub fresh_at_most: Duration,
    /// How long a kept answer stands in for a service that fails, where nobody says, and at most. Default `5m`.
    #[serde(with = "values::duration")]
    pub stale_if_error: Duration,
    /// The longest that "no such thing" is kept. Default `1s`.
    #[serde(with = "values::duration")]
    pub negative: Duration,
    /// Percent of its time by which an answer's freshness may end sooner, at random, so that those that came together do not
    /// end together. Default 10.
    pub jitter_percent: u32,
    /// Share what is kept with the other instances, through `redis.url`. Default false.
    pub shared: bool,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            max_size: 64 << 20,
            max_entry: 1 << 20,
            fresh_at_most: Duration::from_secs(30),
            stale_if_error: Duration::from_mins(5),
            negative: Duration::from_secs(1),
            jitter_percent: 10,
            shared: false,
        }
    }
}

//! What can be set of a downstream service, and of one operation of it.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::{CheckConfig, Sender, values};

/// `[services.<name>]`: one downstream service.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// Where it is, such as `http://users.internal:8080`, or a list of several. HTTP and gRPC alike. Each address that a
    /// name stands for is an endpoint of its own. Required.
    #[serde(with = "values::addresses")]
    pub url: Vec<String>,
    /// How often names are resolved again, so that a service that moves is followed. Default `5s`.
    #[serde(with = "values::duration")]
    pub dns_refresh: Duration,
    /// Time of one call, retries and all; never more than what the request has left. Default `1s`.
    #[serde(with = "values::duration")]
    pub timeout: Duration,
    /// Time of one attempt on the wire. Default `1s`.
    #[serde(with = "values::duration")]
    pub attempt_timeout: Duration,
    /// Time to connect. Default `250ms`.
    #[serde(with = "values::duration")]
    pub connect_timeout: Duration,
    /// The largest reply that is read, after decompression. Default `4MiB`.
    #[serde(with = "values::byte_size")]
    pub max_reply: usize,
    /// The deepest nesting of a JSON reply. Default 64.
    pub max_depth: usize,
    /// Ask an HTTP service for gzip, brotli or zstd. Inside one network compressing costs more than it saves, so a reply
    /// that comes compressed unasked is refused. Default false.
    pub compression: bool,
    /// Connections to each endpoint of a gRPC service, on each worker. Default 2.
    pub channels: usize,
    /// Keep answers of reads for as long as the service's headers or the client method allow. Default true.
    pub cache: bool,
    /// Let requests of one caller that ask the same at the same time wait for one call. False: only within a request. Default
    /// true.
    pub coalesce: bool,
    /// How the service can tell that it was us who called: `none`, `secret` or `token`, of what is in `[sender]`. Default `none`.
    pub sender: Sender,
    /// How many calls may be in flight.
    pub bulkhead: BulkheadConfig,
    /// When a call is tried once more.
    pub retry: RetryConfig,
    /// When calls are rejected at once.
    pub breaker: BreakerConfig,
    /// When a slow call is sent a second time.
    pub hedge: HedgeConfig,
    /// Whether its endpoints are asked how they are. Default no.
    pub health: Option<CheckConfig>,
    /// What is different for some operations, by their names without the service's: `recent` for `orders.recent`.
    pub operations: BTreeMap<String, OperationConfig>,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            url: Vec::new(),
            dns_refresh: Duration::from_secs(5),
            timeout: Duration::from_secs(1),
            attempt_timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_millis(250),
            max_reply: 4 << 20,
            max_depth: 64,
            compression: false,
            channels: 2,
            cache: true,
            coalesce: true,
            sender: Sender::None,
            bulkhead: BulkheadConfig::default(),
            retry: RetryConfig::default(),
            breaker: BreakerConfig::default(),
            hedge: HedgeConfig::default(),
            health: None,
            operations: BTreeMap::new(),
        }
    }
}

/// `[services.<name>.bulkhead]`: how many calls may be in flight to it, on each worker.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BulkheadConfig {
    /// The most. Default 64.
    pub limit: usize,
    /// Lower the limit while the service answers slower than it did, and raise it again after. False: always `limit`.
    /// Default true.
    pub adaptive: bool,
    /// The least that it is lowered to, and never more than `limit`. Default 4.
    pub at_least: usize,
    /// Time that a further call waits for a place before it is rejected; fifty times as long for calls of critical routes, and
    /// for all while the worker lags. Default `10ms`.
    #[serde(with = "values::duration")]
    pub wait: Duration,
}

impl Default for BulkheadConfig {
    fn default() -> Self {
        Self { limit: 64, adaptive: true, at_least: 4, wait: Duration::from_millis(10) }
    }
}

/// `[services.<name>.retry]`: when a call is tried once more. Only calls that may be sent twice ever are.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryConfig {
    /// Attempts after the first one; 0 for none. Default 1.
    pub attempts: u32,
    /// The shortest pause before an attempt; the longest doubles from twice this. Default `25ms`.
    #[serde(with = "values::duration")]
    pub backoff: Duration,
    /// The longest pause, where the service does not say one with `Retry-After`. Default `250ms`.
    #[serde(with = "values::duration")]
    pub backoff_at_most: Duration,
    /// Percent of the service's calls over 10 s that retries and hedges may add. Default 10.
    pub budget_percent: u32,
    /// Retries and hedges a second that are always allowed. Default 1.
    pub reserve_per_second: u32,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            attempts: 1,
            backoff: Duration::from_millis(25),
            backoff_at_most: Duration::from_millis(250),
            budget_percent: 10,
            reserve_per_second: 1,
        }
    }
}

/// `[services.<name>.breaker]`: when calls are rejected at once, over all workers. A service with several endpoints has one
/// for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerConfig {
    /// Failures in a row that open it. Default 5.
    pub consecutive_failures: u32,
    /// Percent of failures within the window that opens it. Default 50.
    pub failure_percent: u32,
    /// Calls within the window before the percentage means anything. Default 20.
    pub minimum_calls: u32,
    /// The window. Default `10s`.
    #[serde(with = "values::duration")]
    pub window: Duration,
    /// How long it stays open the first time; twice as long each time that its probe fails. Default `5s`.
    #[serde(with = "values::duration")]
    pub open_for: Duration,
    /// The longest. Default `60s`.
    #[serde(with = "values::duration")]
    pub open_for_at_most: Duration,
    /// Probes in a row that close it. Default 3.
    pub successes_to_close: u32,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self {
            consecutive_failures: 5,
            failure_percent: 50,
            minimum_calls: 20,
            window: Duration::from_secs(10),
            open_for: Duration::from_secs(5),
            open_for_at_most: Duration::from_mins(1),
            successes_to_close: 3,
        }
    }
}

/// `[services.<name>.hedge]`: when a slow call is sent a second time, and the first answer counts. Only calls that may be
/// sent twice ever are.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HedgeConfig {
    /// Hedge at all. Default false.
    pub enabled: bool,
    /// The call is slow when it has taken longer than this percent of the operation's latest ones. Default 95.
    pub percentile: u32,
    /// Percent of the service's calls over 10 s that may be sent a second time. They come out of the retry budget too.
    /// Default 3.
    pub at_most_percent: u32,
    /// Calls of an operation that must have been seen before. Default 100.
    pub minimum_calls: u32,
}

impl Default for HedgeConfig {
    fn default() -> Self {
        Self { enabled: false, percentile: 95, at_most_percent: 3, minimum_calls: 100 }
    }
}

/// `[services.<name>.operations.<operation>]`: what is different for one operation. What is not set is as the service has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperationConfig {
    /// Time of one call.
    #[serde(with = "values::optional_duration")]
    pub timeout: Option<Duration>,
    /// Time of one attempt on the wire.
    #[serde(with = "values::optional_duration")]
    pub attempt_timeout: Option<Duration>,
    /// Attempts after the first one.
    pub attempts: Option<u32>,
    /// Whether it is hedged.
    pub hedge: Option<bool>,
    /// Whether answers are kept.
    pub cache: Option<bool>,
    /// Whether requests of one caller wait for one call.
    pub coalesce: Option<bool>,
    /// Whether keys that a request asks for together go out together, where the client asks for many at once. False: a call
    /// for each key. Default true.
    pub batch: Option<bool>,
    /// The reply that stands in for the service's when it gives none, as the service would say it in JSON. The section is
    /// then degraded. For reads only.
    #[serde(with = "values::optional_json")]
    pub fallback: Option<serde_json::Value>,
}

//! What can be set of overload: what a BFF refuses so that the rest is served.

use std::time::Duration;

use serde::Deserialize;

use super::values;

/// `[admission]`: what an overloaded BFF refuses, with 503 `overloaded` and `Retry-After`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdmissionConfig {
    /// Refuse anything at all. Default true.
    pub enabled: bool,
    /// Requests in flight on one worker, whatever they wait for. The last tenth of it is for critical routes; sheddable ones
    /// have three fifths. Default 2,000.
    pub max_in_flight: usize,
    /// How long a request that could be worked on may wait for its turns on its worker, all of them together. A worker where
    /// requests wait longer all the time, for a tenth of a second, refuses what it has no turn for. Default `10ms`.
    #[serde(with = "values::duration")]
    pub lag: Duration,
    /// The fewest requests that may keep such a worker busy at once. Those that wait for a service that hangs are not among
    /// them. Default 10.
    pub at_least: usize,
    /// `/ready` says no after this time in which critical or normal requests were refused all the time, or up to half as
    /// long again, at random, so that instances do not leave together. It says yes again 2 s after the last refusal.
    /// `0s`: it never says no for this. Default `10s`.
    #[serde(with = "values::duration")]
    pub not_ready_after: Duration,
    /// Percent of the memory limit over which sheddable routes are refused; halfway from there to 100, normal ones too. 100
    /// refuses none. Default 85.
    #[serde(with = "values::percent")]
    pub memory_percent: u8,
    /// The memory that this process may hold (resident). Default: none of its own; the limits of its cgroup count, and where
    /// there are none the machine's memory.
    #[serde(with = "values::optional_byte_size")]
    pub memory_limit: Option<usize>,
}

impl Default for AdmissionConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            max_in_flight: 2_000,
            lag: Duration::from_millis(10),
            at_least: 10,
            not_ready_after: Duration::from_secs(10),
            memory_percent: 85,
            memory_limit: None,
        }
    }
}

//! What can be set of health: this process', and that of services.

use std::time::Duration;

use serde::Deserialize;

use super::values;

/// `[health]`: when `/live` says no.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthConfig {
    /// A worker that does nothing for this long is stuck, such as one whose handler blocks its thread. Default `10s`.
    #[serde(with = "values::duration")]
    pub stuck_after: Duration,
}

impl Default for HealthConfig {
    fn default() -> Self {
        Self { stuck_after: Duration::from_secs(10) }
    }
}

/// `[services.<name>.health]`: each endpoint of the service is asked from time to time whether it is well, over HTTP or by
/// `grpc.health.v1`. One that is not gets no calls as long as another one is. Default: none is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckConfig {
    /// What is asked for, from the root of the service's host, such as `/health`. 2xx is healthy. Required for a service that
    /// speaks HTTP.
    pub path: String,
    /// The name that a gRPC service is asked by. Default empty: the server as a whole.
    pub service: String,
    /// Time between the end of a check and the next one, give or take a tenth. Default `5s`.
    #[serde(with = "values::duration")]
    pub every: Duration,
    /// Time of one check. Default `1s`.
    #[serde(with = "values::duration")]
    pub timeout: Duration,
    /// Checks in a row that do not pass before it is unhealthy. Default 3.
    pub unhealthy_after: u32,
    /// Checks in a row that pass before it is healthy again. Default 2.
    pub healthy_after: u32,
}

impl Default for CheckConfig {
    fn default() -> Self {
        Self {
            path: String::new(),
            service: String::new(),
            every: Duration::from_secs(5),
            timeout: Duration::from_secs(1),
            unhealthy_after: 3,
            healthy_after: 2,
        }
    }
}

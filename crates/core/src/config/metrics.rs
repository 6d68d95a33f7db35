//! What can be set of metrics.

use serde::Deserialize;

/// `[metrics]`: numbers for Prometheus, at `/metrics` of the admin listener.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// Count, and answer `/metrics`. Without it nothing is counted for it, and there is no such path. Default true.
    pub enabled: bool,
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self { enabled: true }
    }
}

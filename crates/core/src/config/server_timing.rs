//! What can be set of `Server-Timing`.

use serde::Deserialize;

/// `[server_timing]`: whether replies of screens say what each section took, for the browser's own tools.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerTimingConfig {
    /// Say it, to every client: names of sections, their times, and what policies did. Never a name of a service or a host.
    /// Default false.
    pub enabled: bool,
}

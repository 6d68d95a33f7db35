//! What can be set of what is written down.

use serde::Deserialize;

/// `[log]`: what is written down, to standard output. `level`, `access` and `success_per_second` can be changed while the BFF
/// runs, at `/log` of the admin listener.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `json` for machines, `pretty` for people, `off` for none. Default `json`.
    pub format: LogFormat,
    /// A filter of events such as `info` or `bff_core=debug,info`. Default `info`.
    pub level: String,
    /// One line a request. Default true.
    pub access: bool,
    /// Lines a second, on each worker, of requests that went well. Above it some of them are chosen at random, and each line says
    /// for how many it stands. What failed, is degraded, was cancelled or took more than half of its deadline is not among
    /// them. 0: no line of a request that went well. Default 100.
    pub success_per_second: u32,
    /// Lines a second, on each worker, of all other requests. Above it they are left out, and the next one says how many were.
    /// Default 1,000.
    pub problems_per_second: u32,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Json,
            level: "info".to_owned(),
            access: true,
            success_per_second: 100,
            problems_per_second: 1_000,
        }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Aligned text for a terminal.
    Pretty,
    /// Nothing.
    Off,
}

//! What can be set of pages of other origins.

use std::time::Duration;

use serde::Deserialize;

use super::values;

/// `[cors]`: which pages of other origins may read replies (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CorsConfig {
    /// Origins such as `https://app.example`, as browsers write them; or `*` alone, for any. Default none: no reply has a header
    /// of CORS, and a preflight is a request like any other.
    pub origins: Vec<String>,
    /// Whether a page may send what the browser keeps, such as cookies. Not needed for tokens, and not for `*`. Default false.
    pub credentials: bool,
    /// Request headers that a page may send beside those that a BFF reads. Default none.
    pub headers: Vec<String>,
    /// How long a browser need not ask again. Browsers cut it, some to two hours. Default `10m`.
    #[serde(with = "values::duration")]
    pub max_age: Duration,
}

impl Default for CorsConfig {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            credentials: false,
            headers: Vec::new(),
            max_age: Duration::from_mins(10),
        }
    }
}

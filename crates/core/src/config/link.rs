//! What can be set of the Redis that instances share.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;

use super::values;

/// `[redis]`: a Redis that all instances reach. Nothing depends on it: what it can't do in time goes on without it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// Where it is, such as `rediss://user:password@redis.internal:6379/0`. Best set from the environment, as
    /// `BFF_REDIS__URL`, since it may hold a password. `rediss` is TLS, with the certificates that the system believes.
    pub url: Option<SecretString>,
    /// A PEM file with the authorities that sign its certificate, relative to the config file. They are believed instead of the
    /// system's. Default none.
    pub ca_file: Option<PathBuf>,
    /// Time of one operation; after that a request goes on without it. Default `20ms`.
    #[serde(with = "values::duration")]
    pub timeout: Duration,
    /// What is in `ca_file`.
    #[serde(skip)]
    pub(crate) ca: Option<Vec<u8>>,
}

impl Default for RedisConfig {
    fn default() -> Self {
        Self { url: None, ca_file: None, timeout: Duration::from_millis(20), ca: None }
    }
}

//! `[auth.api_keys]`: which API keys are accepted, and where they are.

use std::{fmt, path::PathBuf, time::Duration};

use serde::Deserialize;

use super::values;

/// `[auth.api_keys]`: accept `X-Api-Key`. Without this section that header is no credential.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKeysConfig {
    /// What each key begins with, so that people and secret scanners know it: 1 to 16 small letters and digits, a letter first.
    /// Default `bff`.
    pub prefix: String,
    /// Which keys are accepted here. Default `live`.
    pub environment: KeyEnvironment,
    /// The TOML file of the keys, relative to the config file. Required, unless the program brings a store of its own.
    pub file: Option<PathBuf>,
    /// How often the file is looked at. A key that is taken out of it is refused after this time at the latest. Default `2s`.
    #[serde(with = "values::duration")]
    pub reload_every: Duration,
}

impl Default for ApiKeysConfig {
    fn default() -> Self {
        Self {
            prefix: "bff".to_owned(),
            environment: KeyEnvironment::Live,
            file: None,
            reload_every: Duration::from_secs(2),
        }
    }
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyEnvironment {
    /// The real thing.
    Live,
    /// Tries of it: a test key that leaks opens nothing that is real.
    Test,
}

impl KeyEnvironment {
    /// As a key and a configuration spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for KeyEnvironment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// `[auth.certificates.<name>]`: a client certificate that is a credential. `<name>` is who the caller is.
///
/// Only a certificate that the listener itself has verified counts, never one that a header tells of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CertificateConfig {
    /// One of the certificate's subject alternative names: a URI such as `spiffe://acme.example/books`, or a DNS name. Required.
    pub subject: String,
    /// The partner account for which the caller acts.
    pub account: Option<String>,
    /// What the caller's program may do.
    pub scopes: Vec<String>,
    /// What the caller is.
    pub roles: Vec<String>,
    /// Its plan of rate limits.
    pub plan: Option<String>,
}

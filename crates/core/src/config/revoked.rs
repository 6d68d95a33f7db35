//! `[auth.revoked]`: credentials that are refused before their end, and the file of them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    listing::Listing,
    load::{ConfigErrors, Node, Report},
    validate, values,
};

/// The most revocations that are kept: some 20 MiB.
pub(crate) const MAX_REVOCATIONS: usize = 100_000;

/// `[auth.revoked]`: where to look for credentials that are refused before their end. Default nowhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevokedConfig {
    /// A TOML file, relative to the config file.
    pub file: Option<PathBuf>,
    /// Look into the Redis of `redis.url` too. As long as it was never read, callers with a credential get 503. Default false.
    pub redis: bool,
    /// How often they are looked at. What is revoked is refused after this time at the latest. Default `2s`.
    #[serde(with = "values::duration")]
    pub reload_every: Duration,
}

impl Default for RevokedConfig {
    fn default() -> Self {
        Self { file: None, redis: false, reload_every: Duration::from_secs(2) }
    }
}

/// The file of revocations, by names of your choice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevocationFile {
    /// `[revoked.<name>]`, at most 100,000 of them.
    pub revoked: BTreeMap<String, Revocation>,
}

/// `[revoked.<name>]`: one token, all tokens of a session, or all credentials of a caller.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Revocation {
    /// The token's `jti`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The caller's id: `sub` of a token, `subject` of an API key, the name of a certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The token's `sid`, the session of OpenID Connect that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Only those of this issuer. Default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Only what was issued before, by `iat`, so that whoever signs in again is let in. Default all.
    #[serde(with = "values::optional_instant", skip_serializing_if = "Option::is_none")]
    pub issued_before: Option<Timestamp>,
    /// It is over then, such as the end of the token. Default never.
    #[serde(with = "values::optional_instant", skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Shows nobody's name.
impl std::fmt::Debug for Revocation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Revocation")
    }
}

impl Revocation {
    /// Whether it says exactly one of what it revokes.
    pub(crate) fn names_one(&self) -> bool {
        let names = [&self.token, &self.subject, &self.session];
        names.iter().filter(|name| name.is_some()).count() == 1
            && names.into_iter().flatten().all(|name| !name.is_empty())
    }
}

impl RevocationFile {
    /// Reads a file of at most 16 MiB.
    ///
    /// # Errors
    ///
    /// With everything that is wrong.
    pub fn read(path: &Path) -> Result<Self, ConfigErrors> {
        Self::read_file(path)
    }
}

impl Listing for RevocationFile {
    const EXPECTED: &'static str =
        "a TOML file of revocations: [revoked.<name>] with a token, a subject or a session";

    fn check(&self, tree: &Node, report: &mut Report) {
        validate::revocations(self, tree, report);
    }
}

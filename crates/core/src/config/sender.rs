//! What can be set of the internal credential, by which services can tell that it was us who called.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::sender::SenderKeys;

/// `services.<name>.sender`: how the service can tell that it was us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// Not at all.
    #[default]
    None,
    /// By `sender.secret`, in `X-Internal-Secret`.
    Secret,
    /// By a token that is signed with `sender.key_file`, in `X-Internal-Token`. It names the service and the caller and is
    /// good for 60 s.
    Token,
}

/// `[sender]`: what services can tell us by, where `services.<name>.sender` says so.
///
/// # Another secret
///
/// 1. Services accept the new secret too. 2. `previous_secret` becomes the old one, `secret` the new one. 3. When every instance
///    runs with it, services stop accepting the old one, and `previous_secret` goes.
///
/// # Another key
///
/// 1. `next_key_file` is the new key, so `/jwks.json` of the admin listener has both. 2. When every service has fetched it,
///    `key_file` is the new key and `previous_key_file` the old one. 3. After a minute nobody has a token of the old one, and
///    `previous_key_file` goes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SenderConfig {
    /// The secret that is sent: at least 32 visible ASCII characters. Best set from the environment, as `BFF_SENDER__SECRET`.
    pub secret: Option<SecretString>,
    /// The secret before it. Never sent: it is here for services that take their secrets from this same configuration while
    /// they accept both.
    pub previous_secret: Option<SecretString>,
    /// A PEM file with the private key that signs tokens, Ed25519 or P-256 in PKCS #8, relative to the config file.
    pub key_file: Option<PathBuf>,
    /// A PEM file with the key that will sign next, public or private. Only its public half is used: in `/jwks.json`.
    pub next_key_file: Option<PathBuf>,
    /// A PEM file with the key that signed before, public or private. Only its public half is used: in `/jwks.json`.
    pub previous_key_file: Option<PathBuf>,
    /// The keys of these files, once they have been read.
    #[serde(skip)]
    pub(crate) keys: SenderKeys,
}

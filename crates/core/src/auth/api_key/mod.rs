//! API keys: long random secrets that we give to partners, for programs that have no issuer to ask for a token.
//!
//! [`mod@format`] is how a key is written, [`record`] what is kept of it, [`store`] where records are, [`mod@file`] the store that is a
//! TOML file, [`issue`] how a key is made. A key costs a request one SHA-256 and one look-up, so nothing is remembered between
//! requests: a key that is taken out of the store or has ended is refused from then on.

pub(crate) mod file;
pub(crate) mod format;
pub(crate) mod issue;
pub(crate) mod record;
pub(crate) mod store;

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName};

use self::{
    record::KeyHash,
    store::{KeyStore, StoreUnavailable},
};
use super::{Identity, unix_now};
use crate::config::{ApiKeysConfig, KeyEnvironment};

/// Carries a key, from clients to us and no further.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The keys that a BFF accepts.
pub(crate) struct ApiKeys {
    prefix: String,
    environment: KeyEnvironment,
    pub(super) store: Arc<dyn KeyStore>,
}

impl ApiKeys {
    pub(crate) fn new(config: &ApiKeysConfig, store: Arc<dyn KeyStore>) -> Self {
        Self { prefix: config.prefix.clone(), environment: config.environment, store }
    }

    /// Whose key it is that these headers carry.
    pub(crate) async fn verify(&self, headers: &HeaderMap) -> Result<Arc<Identity>, ApiKeyError> {
        let mut values = headers.get_all(API_KEY).iter();
        let (Some(key), None) = (values.next(), values.next()) else { return Err(ApiKeyError::Malformed) };
        let key = key.to_str().map_err(|_| ApiKeyError::Malformed)?;
        self.verify_at(key, unix_now()).await
    }

    /// The same of one key at a given time, in Unix seconds.
    pub(super) async fn verify_at(&self, key: &str, now: u64) -> Result<Arc<Identity>, ApiKeyError> {
        format::check(key, &self.prefix, self.environment)?;
        let hash = KeyHash::of(key);
        let found = self.store.find(&hash).await.map_err(|StoreUnavailable| ApiKeyError::Unavailable)?;
        // Whatever the store went by: the whole hash decides.
        let record = found.filter(|record| record.hash().is(&hash)).ok_or(ApiKeyError::Unknown)?;
        record.identity_at(now)
    }
}

/// Never the store, which knows who the partners are.
impl fmt::Debug for ApiKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ApiKeys").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Why an API key is not accepted.
///
/// `Display` is for the client and [`log_reason`](Self::log_reason) for the log. Neither contains any part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Not one header with one key of the right form.
    #[error("the X-Api-Key header does not carry one well-formed API key")]
    Malformed,
    /// Its checksum is that of another key.
    #[error("the API key is mistyped: its last six characters do not fit the others")]
    Mistyped,
    /// It begins with another prefix than ours.
    #[error("the API key is not one of this API")]
    OtherPrefix,
    /// It is for another environment than this instance.
    #[error("the API key is of another environment than this API, live or test")]
    OtherEnvironment,
    /// There is no such key, or no longer.
    #[error("the API key is not valid")]
    Unknown,
    /// Its holder was revoked.
    #[error("the API key is not valid")]
    Revoked,
    /// Its `not_before` is in the future.
    #[error("the API key is not valid yet")]
    NotYetValid,
    /// Its `expires` is past.
    #[error("the API key has expired")]
    Expired,
    /// Nobody knows: the store of keys does not answer.
    #[error("the API key can't be checked at the moment")]
    Unavailable,
}

impl ApiKeyError {
    /// What exactly is wrong, for the log.
    pub fn log_reason(self) -> &'static str {
        match self {
            Self::Malformed => "not one X-Api-Key header with one well-formed key",
            Self::Mistyped => "the checksum of the API key is wrong",
            Self::OtherPrefix => "the API key has not the configured prefix",
            Self::OtherEnvironment => "the API key is of another environment",
            Self::Unknown => "no record has the hash of the API key",
            Self::Revoked => "revoked",
            Self::NotYetValid => "not_before of the API key is in the future",
            Self::Expired => "expires of the API key is past",
            Self::Unavailable => "the store of API keys did not answer",
        }
    }
}

#[cfg(test)]
mod tests;

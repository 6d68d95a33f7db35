//! One key with which tokens are verified, for as long as its issuer stands by it.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use jsonwebtoken::DecodingKey;

/// The longest `kid` of a key or a token, in bytes. A longer one names no key.
pub(in crate::auth) const MAX_KID_BYTES: usize = 256;

/// A key, and whether it still counts: what was verified with it is believed no longer than the key is.
pub(in crate::auth) struct Key {
    /// Its name in a key set (RFC 7517 section 4.5).
    kid: Option<String>,
    algorithm: jsonwebtoken::Algorithm,
    decoding: DecodingKey,
    withdrawn: AtomicBool,
}

impl Key {
    pub(in crate::auth) fn new(
        kid: Option<String>,
        algorithm: jsonwebtoken::Algorithm,
        decoding: DecodingKey,
    ) -> Self {
        Self { kid, algorithm, decoding, withdrawn: AtomicBool::new(false) }
    }

    /// A key for unit tests, which verify nothing.
    #[cfg(test)]
    pub(in crate::auth) fn for_test() -> Self {
        Self::new(None, jsonwebtoken::Algorithm::HS256, DecodingKey::from_secret(&[]))
    }

    pub(in crate::auth) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(in crate::auth) fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.algorithm
    }

    pub(in crate::auth) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// Whether it is the same key under the same name.
    pub(super) fn is(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.decoding.try_get_as_bytes().ok(), other.decoding.try_get_as_bytes().ok());
        self.kid == other.kid && self.algorithm == other.algorithm && ours == theirs
    }

    /// The issuer no longer stands by it.
    pub(super) fn withdraw(&self) {
        self.withdrawn.store(true, Relaxed);
    }

    pub(in crate::auth) fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Relaxed)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

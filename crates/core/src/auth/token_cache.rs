//! Tokens that have been verified, until they expire: a signature is checked once a token, not once a request.
//!
//! The cache holds no token, only its SHA-256 and who the caller is, so that a core dump logs nobody in. It holds no
//! failures: a flood of bad tokens would push the good ones out. An entry ends with the key that verified it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{SHA256, digest};
use moka::{Expiry, sync::Cache};

use super::Identity;

/// An entry stays for a day at most, however long its token lives: beyond that it saves nothing.
const MAX_STAY: Duration = Duration::from_hours(24);

/// SHA-256 of a whole token. A token with one other byte has another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    pub(super) fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }
}

#[derive(Clone)]
struct Entry {
    identity: Arc<Identity>,
    /// Unix seconds from which the token is refused.
    until: u64,
    stay: Duration,
}

/// A bounded map from a token's hash to its caller.
pub(super) struct TokenCache(Cache<TokenHash, Entry>);

impl TokenCache {
    /// A cache of at most `capacity` tokens.
    pub(super) fn new(capacity: u64) -> Self {
        Self(Cache::builder().max_capacity(capacity).expire_after(AtEnd).build())
    }

    /// The caller, if `now` is before the end of its token and the issuer stands by the key.
    pub(super) fn get(&self, hash: &TokenHash, now: u64) -> Option<Arc<Identity>> {
        let entry = self.0.get(hash)?;
        if entry.identity.is_withdrawn() {
            self.remove(hash);
            return None;
        }
        // moka expires entries by the monotonic clock, which says nothing of a corrected wall clock.
        (now < entry.until).then_some(entry.identity)
    }

    /// Remembers a caller until the Unix second `until`.
    pub(super) fn insert(&self, hash: TokenHash, identity: Arc<Identity>, until: u64, now: u64) {
        let stay = Duration::from_secs(until.saturating_sub(now)).min(MAX_STAY);
        self.0.insert(hash, Entry { identity, until, stay });
    }

    /// Forgets a token.
    pub(super) fn remove(&self, hash: &TokenHash) {
        self.0.invalidate(hash);
    }
}

/// Removes an entry at the end of its stay, so that dead tokens do not hold places.
struct AtEnd;

impl Expiry<TokenHash, Entry> for AtEnd {
    fn expire_after_create(&self, _: &TokenHash, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.stay)
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenCache").field("entries", &self.0.entry_count()).finish()
    }
}

//! What is kept of a key: its hash, its holder and its time, and never the key.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};

use super::{
    super::{
        Identity,
        credential::{API_KEY_ISSUER, Credential, Facts, Trace, Unfit},
    },
    ApiKeyError,
};
use crate::config::KeyEntry;

/// SHA-256 of a whole key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of a key.
    pub fn of(key: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
        Self(hash)
    }

    /// The hash that 64 hexadecimal digits stand for.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(hash))
    }

    /// As 64 hexadecimal digits in lower case.
    pub fn to_hex(&self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Its first 8 bytes, for a store that finds records by them.
    pub fn index(&self) -> u64 {
        self.0.iter().take(8).fold(0, |index, byte| index << 8 | u64::from(*byte))
    }

    /// Whether it is the same, in a time that says nothing of where they differ.
    pub(super) fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("KeyHash")
    }
}

/// One key: whose it is and from when to when.
#[derive(Debug)]
pub struct KeyRecord {
    hash: KeyHash,
    identity: Arc<Identity>,
    /// Unix seconds.
    not_before: u64,
    /// Unix seconds.
    expires: u64,
}

impl KeyRecord {
    /// The record of an entry. `None` if the entry says something that can't be: [`KeyFile`](crate::config::KeyFile) says what.
    pub fn of(entry: &KeyEntry) -> Option<Self> {
        let hash = KeyHash::from_hex(&entry.sha256)?;
        let not_before = entry.not_before.map_or(0, seconds);
        let expires = seconds(entry.expires?);
        Some(Self { hash, identity: Arc::new(Self::identity(entry).ok()?), not_before, expires })
    }

    /// Who the holder of an entry's key is.
    pub(crate) fn identity(entry: &KeyEntry) -> Result<Identity, Unfit> {
        Identity::new(Facts {
            credential: Credential::ApiKey,
            issuer: API_KEY_ISSUER.to_owned(),
            id: entry.subject.clone(),
            roles: entry.roles.clone(),
            scopes: entry.scopes.clone(),
            account: entry.account.clone(),
            plan: entry.plan.clone(),
            expires_at: entry.expires.map_or(0, seconds),
            trace: Trace::default(),
        })
    }

    /// The hash of its key.
    pub fn hash(&self) -> &KeyHash {
        &self.hash
    }

    /// Its holder, if the key is good at this Unix second. There is no leeway: the clock and the dates are both ours.
    pub(super) fn identity_at(&self, now: u64) -> Result<Arc<Identity>, ApiKeyError> {
        if now >= self.expires {
            Err(ApiKeyError::Expired)
        } else if now < self.not_before {
            Err(ApiKeyError::NotYetValid)
        } else {
            Ok(Arc::clone(&self.identity))
        }
    }
}

/// Before 1970 is 1970.
fn seconds(instant: jiff::Timestamp) -> u64 {
    u64::try_from(instant.as_second()).unwrap_or(0)
}

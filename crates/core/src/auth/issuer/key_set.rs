//! A key set (RFC 7517 section 5): bytes that anybody may have sent become keys, or nothing does.
//!
//! There is no I/O here. `source` fetches the bytes, `followed` decides when, and which keys that ends.

use std::sync::Arc;

use super::{
    jwk::{self, Skipped},
    key::Key,
};
use crate::{
    auth::json::{BadValue, JsonObject},
    call::deeper_than,
    config::Algorithm,
};

/// The largest set that is read: 256 KiB.
pub(in crate::auth) const MAX_SET_BYTES: usize = 256 << 10;

const MAX_KEYS: usize = 64;

/// A set needs three levels, and a key's members that we don't read may need a few.
const MAX_DEPTH: usize = 16;

/// The keys of one issuer that verify its tokens. There is at least one.
#[derive(Debug)]
pub(crate) struct KeySet(Vec<Arc<Key>>);

/// Why a whole set is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSet {
    #[error("the key set is larger than 256 KiB")]
    TooLarge,
    #[error("the key set is not JSON of unique names, at most 16 levels deep")]
    NotJson,
    #[error("the key set has no array `keys`")]
    NoKeys,
    #[error("the key set has more than 64 keys")]
    TooManyKeys,
    #[error("the key set has two usable keys of one kid")]
    Ambiguous,
    #[error("the key set has no key that fits the issuer's algorithm")]
    NoUsableKey,
}

impl From<BadValue> for BadSet {
    fn from(_: BadValue) -> Self {
        Self::NoKeys
    }
}

/// A set that was read, and what of it is not used: the place in `keys`, from 0, and why.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) set: KeySet,
    pub(in crate::auth) skipped: Vec<(usize, Skipped)>,
}

impl KeySet {
    /// Reads a set for an issuer of this algorithm.
    pub(crate) fn read(bytes: &[u8], algorithm: Algorithm) -> Result<Read, BadSet> {
        if bytes.len() > MAX_SET_BYTES {
            return Err(BadSet::TooLarge);
        }
        let object = document(bytes).ok_or(BadSet::NotJson)?;
        let jwks = object.require::<Vec<Box<serde_json::value::RawValue>>>("keys")?;
        if jwks.len() > MAX_KEYS {
            return Err(BadSet::TooManyKeys);
        }
        let (mut keys, mut skipped) = (Vec::<Arc<Key>>::new(), Vec::new());
        for (place, jwk) in jwks.iter().enumerate() {
            let jwk: JsonObject = serde_json::from_str(jwk.get()).map_err(|_| BadSet::NotJson)?;
            match jwk::read(&jwk, algorithm) {
                Ok(key) if key.kid().is_some() && keys.iter().any(|other| other.kid() == key.kid()) => {
                    return Err(BadSet::Ambiguous);
                }
                Ok(key) => keys.push(Arc::new(key)),
                Err(why) => skipped.push((place, why)),
            }
        }
        // Of several keys, none is chosen by a token without a kid.
        if keys.len() == 1 || keys.iter().any(|key| key.kid().is_some()) {
            Ok(Read { set: Self(keys), skipped })
        } else {
            Err(BadSet::NoUsableKey)
        }
    }

    /// The key of this name, or without one the only key of the set.
    pub(in crate::auth) fn find(&self, kid: Option<&str>) -> Option<&Arc<Key>> {
        match (kid, &self.0[..]) {
            (Some(_), keys) => keys.iter().find(|key| key.kid() == kid),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// This set, with the keys of an earlier one that are in it still: what they have verified stays verified.
    pub(super) fn keeping(mut self, earlier: &Self) -> Self {
        for key in &mut self.0 {
            if let Some(same) = earlier.0.iter().find(|other| other.is(key)) {
                *key = Arc::clone(same);
            }
        }
        self
    }

    /// Whether it has this very key.
    pub(super) fn has(&self, key: &Arc<Key>) -> bool {
        self.0.iter().any(|other| Arc::ptr_eq(other, key))
    }

    /// The names of its keys.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.0.iter().map(|key| key.kid())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.0.iter()
    }
}

/// JSON that somebody else sent, as an object: nested no deeper than we have use for.
pub(super) fn document(bytes: &[u8]) -> Option<JsonObject> {
    if deeper_than(MAX_DEPTH, bytes) {
        return None;
    }
    serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()
}

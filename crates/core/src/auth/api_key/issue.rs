//! Makes a key and the record of it. The key itself is written nowhere.

use std::{collections::BTreeMap, fmt};

use super::{format, record::KeyHash};
use crate::config::{KeyEntry, KeyEnvironment, KeyFile};

/// Characters of the random part that a record shows.
const SHOWN: usize = 4;

/// A new key, for the one who asked for it, and what is kept of it.
pub struct IssuedKey {
    key: String,
    id: String,
    entry: KeyEntry,
}

impl IssuedKey {
    /// Makes a key with this prefix for this environment. `entry` says whose it is and until when; its hash, beginning and end are
    /// filled in. `None` if the system has no random numbers.
    pub fn new(prefix: &str, environment: KeyEnvironment, entry: KeyEntry) -> Option<Self> {
        let key = format::generate(prefix, environment)?;
        let sha256 = KeyHash::of(&key).to_hex();
        let shown = prefix.len() + environment.as_str().len() + 2 + SHOWN;
        // The beginning of the hash: it tells keys apart and tells nothing of the key.
        let id = format!("k{}", &sha256[..10]);
        let (prefix, last4) = (key[..shown].to_owned(), key[key.len() - 4..].to_owned());
        Some(Self { id, entry: KeyEntry { sha256, prefix, last4, ..entry }, key })
    }

    /// The key itself. Whoever has it is its holder.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The name of its record.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its record.
    pub fn entry(&self) -> &KeyEntry {
        &self.entry
    }

    /// Its record as the section of a [`KeyFile`].
    pub fn section(&self) -> String {
        let keys = BTreeMap::from([(self.id.clone(), self.entry.clone())]);
        toml::to_string(&KeyFile { keys }).expect("texts, lists and dates are TOML")
    }
}

/// Never the key.
impl fmt::Debug for IssuedKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IssuedKey").field("id", &self.id).finish_non_exhaustive()
    }
}

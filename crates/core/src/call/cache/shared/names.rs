//! Names in Redis. Keys hold who asked for what, so only their SHA-256 stands in a name; a tag is a hash already.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

use super::super::generations::Tag;

/// Begins all names. The number is that of the format: another one shares nothing with this one.
const PREFIX: &str = "bff:cache:1:";

/// Where invalidations are published.
pub(super) const CHANNEL: &str = "bff:cache:1:ended";

/// SHA-256 of a key or a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::call::cache) struct Hash(pub(super) [u8; 32]);

/// A tag's number is a hash of it already. It stays as it is, so that whoever hears of it knows the number.
impl From<Tag> for Hash {
    fn from(Tag(number): Tag) -> Self {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        Self(hash)
    }
}

impl From<&[u8]> for Hash {
    fn from(bytes: &[u8]) -> Self {
        Self::of(bytes)
    }
}

impl Hash {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(hash)
    }

    /// Where the entry with this key is.
    pub(super) fn entry(&self) -> String {
        self.name("")
    }

    /// Where the version of this tag is. Not where an entry is whose key has the same bytes.
    pub(super) fn version(&self) -> String {
        self.name("version:")
    }

    fn name(&self, kind: &str) -> String {
        let mut name = String::with_capacity(PREFIX.len() + kind.len() + 2 * self.0.len());
        name.push_str(PREFIX);
        name.push_str(kind);
        for byte in self.0 {
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}

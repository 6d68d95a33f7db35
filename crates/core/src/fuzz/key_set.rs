//! What an issuer publishes, or whoever stands in its place.

use std::collections::BTreeSet;

use crate::{auth::KeySet, config::Algorithm};

/// A set that is read has keys, each with a name of its own if there are several, and none of HS256.
pub fn key_set(bytes: &[u8]) {
    for algorithm in [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let Ok(read) = KeySet::read(bytes, algorithm) else { continue };
        assert!(algorithm != Algorithm::Hs256, "a secret that is published");
        let names: Vec<_> = read.set.names().collect();
        assert!(!names.is_empty() && names.len() <= 64);
        let own: BTreeSet<_> = names.iter().flatten().collect();
        assert_eq!(own.len(), names.iter().flatten().count(), "two keys of one name");
    }
}

//! Whose an answer is. What is sent of the caller and under whose name an answer is kept are one decision, made here.

use std::sync::Arc;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::auth::Identity;

/// Whose an answer is: one caller's, or everybody's.
///
/// A call goes out as its owner: with the caller's identity, or with none. A key of a kept answer is made from the same owner, so
/// that what a service says of one caller can be kept for that caller alone. Only a client method that says
/// [`public`](super::Cacheable::public), or a client that has no caller at all, makes an answer everybody's.
#[derive(Debug, Clone)]
pub struct Owner(Whose);

#[derive(Debug, Clone)]
enum Whose {
    Caller(Arc<Identity>),
    Everyone,
}

impl Owner {
    /// The answer is this caller's alone.
    pub fn caller(identity: Arc<Identity>) -> Self {
        Self(Whose::Caller(identity))
    }

    /// The answer is the same whoever asks, so the service is not told who does.
    pub(super) fn everyone() -> Self {
        Self(Whose::Everyone)
    }

    /// Who asks, as far as the service is told.
    pub(crate) fn identity(&self) -> Option<&Arc<Identity>> {
        match &self.0 {
            Whose::Caller(identity) => Some(identity),
            Whose::Everyone => None,
        }
    }

    /// The same number in every instance, whatever roles and account the caller has at the moment. Owners may share one: it says what a
    /// write ends, and never whose an answer is.
    pub(super) fn number(&self) -> Option<u64> {
        let identity = self.identity()?;
        Some(xxh3_64_with_seed(identity.id().as_bytes(), xxh3_64(identity.issuer().as_bytes())))
    }

    /// Appends what tells this owner from every other: nothing of one can be read as another's. It has all that services are
    /// told of a caller, since each of it may change their answer.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let Some(identity) = self.identity() else { return bytes.push(0) };
        bytes.push(1);
        let roles = identity.roles_header().map_or(&[][..], |roles| roles.as_bytes());
        // No account has an empty name.
        let account = identity.account().unwrap_or_default().as_bytes();
        for part in [identity.issuer().as_bytes(), identity.id().as_bytes(), roles, account] {
            put(bytes, part);
        }
    }
}

/// Appends a part with its length before it, so that no two rows of parts are the same bytes.
pub(super) fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    bytes.extend_from_slice(part);
}

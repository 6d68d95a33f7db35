//! Credentials that are refused before their end: a token by its `jti`, all of a caller's by their `sub`, those of one session by
//! their `sid`.
//!
//! The list is a file, or what all instances read from a Redis, or both; either may change while the process runs. It is
//! looked at for every request that has a credential, so that it counts for those that are remembered as verified too.

mod list;
mod shared;
#[cfg(test)]
mod tests;

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use self::{list::List, shared::SharedList};
use super::{Identity, watched::Watched};
use crate::{
    config::{ConfigErrors, RevocationFile, RevokedConfig},
    link::Redis,
};

/// What is revoked. Nothing, until the configuration says where to look.
#[derive(Default)]
pub struct Revocations {
    file: Option<Arc<Watched<List>>>,
    shared: Option<Arc<SharedList>>,
    every: Duration,
}

/// The list was never read, so nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown;

impl Revocations {
    /// Reads the file, if there is one. `redis` is where the instances' list is, if they have one.
    pub(crate) fn open(config: &RevokedConfig, redis: Option<Arc<Redis>>) -> Result<Self, ConfigErrors> {
        let read = |path: &_| RevocationFile::read(path).map(|file| List::of(file.revoked.into_values()));
        let file =
            config.file.clone().map(|path| Watched::open(path, "the revocations", read)).transpose()?;
        let shared = redis.filter(|_| config.redis).map(|redis| Arc::new(SharedList::new(redis)));
        Ok(Self { file: file.map(Arc::new), shared, every: config.reload_every })
    }

    /// Whether this caller's credential is revoked. Unknown as long as the Redis that says so was never read: a list that is
    /// not known lets nobody in.
    pub(super) fn names(&self, identity: &Identity) -> Result<bool, Unknown> {
        if self.file.as_ref().is_some_and(|file| file.value().names(identity)) {
            return Ok(true);
        }
        match &self.shared {
            Some(shared) => shared.names(identity).ok_or(Unknown),
            None => Ok(false),
        }
    }

    /// Whether all that is configured was read, if only once: what was known last goes on to count.
    pub(super) fn are_known(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| shared.is_known())
    }

    /// Keeps up with what is revoked: beside the acceptor, until it is dropped.
    pub(crate) fn follow(&self) -> Vec<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let every = self.every;
        let file = self.file.clone().map(|file| Box::pin(file.follow(every)) as Pin<Box<_>>);
        let shared = self.shared.clone().map(|shared| Box::pin(shared.follow(every)) as Pin<Box<_>>);
        file.into_iter().chain(shared).collect()
    }
}

/// Says nothing of who is revoked.
impl fmt::Debug for Revocations {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Revocations")
            .field("file", &self.file.is_some())
            .field("shared", &self.shared.is_some())
            .finish_non_exhaustive()
    }
}

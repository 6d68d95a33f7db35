//! Where records of keys are: a file, or whatever a program brings.

use std::{pin::Pin, sync::Arc};

use super::record::{KeyHash, KeyRecord};

/// Finds the record of a key.
///
/// The default is the file that `auth.api_keys.file` names. A program may bring another store, such as a database, with
/// [`Bff::key_store`](crate::bff::Bff::key_store).
pub trait KeyStore: Send + Sync + 'static {
    /// The record of the key with this hash. A store may go by [`KeyHash::index`] alone: the whole hash is compared again.
    /// It is asked once a request that has a well-formed key, so it should answer from memory or soon; a request waits for it
    /// until its deadline.
    fn find<'a>(&'a self, hash: &'a KeyHash) -> Finding<'a>;

    /// Whether it can find anything yet. `/ready` says no until it does, so a store that was ready once should say so for good: a
    /// database that is away later is away for all instances. True by default.
    fn is_ready(&self) -> bool {
        true
    }

    /// Keeps up with where the records come from, beside the acceptor, until it is dropped. By default there is nothing to do.
    fn follow(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

/// A record on its way; `None` if there is no such key.
pub type Finding<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<KeyRecord>>, StoreUnavailable>> + Send + 'a>>;

/// The store does not know at the moment. The client gets a 503, since its key may well be good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store of API keys does not answer")]
pub struct StoreUnavailable;

//! Answers that are kept: looked up before a call is sent, stored when it is answered, ended by writes.
//!
//! [`head`] reads what a service says of keeping a reply and [`terms`] judges it (RFC 9111, RFC 5861). [`key`] says which answer
//! it is and whose. [`memory`] holds them, each in its [`place`], and [`shared`] what several instances share; [`levels`] knows both. [`generations`] knows
//! which of them a write has ended. [`lookup`] and [`store`] are the two steps of the outbound page; between them identical calls become one.

mod control;
mod entry;
mod generations;
mod head;
mod judge;
mod keeping;
mod key;
mod levels;
mod lookup;
mod memory;
#[cfg(test)]
mod model;
mod place;
mod shared;
mod store;
mod terms;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod validator;
mod vary;

use std::sync::Arc;

pub(super) use self::{
    entry::Entry,
    generations::Stamp,
    head::Head,
    judge::is_shareable,
    keeping::Keeping,
    key::BuildPrehashed,
    levels::Levels,
    lookup::{Lookup, LookupLayer},
    shared::Versions,
    store::{Store, StoreLayer},
};
pub use self::{
    keeping::{Cacheable, Invalidates, Parts},
    key::{Key, Sent},
    memory::CacheView,
};
pub(crate) use self::{
    memory::Kept,
    shared::{SharedCache, SharedLevel},
};

/// A call's place among kept answers, from its look-up to its answer.
pub(super) struct Ticket {
    pub(super) key: Key,
    /// What the look-up found valid. An answer is kept only if nothing has ended it since.
    pub(super) stamp: Stamp,
    /// What is kept and must be asked for again.
    pub(super) prior: Option<Arc<Entry>>,
    /// What the look-up at other instances found valid.
    pub(super) versions: Versions,
}

//! [`SharedLevel`]: the shared level, as all workers see it.

use std::{fmt, sync::Arc};

use super::{sheet::MOST_HEAD, unsent::Unsent};
use crate::{
    config::CacheConfig,
    link::{Faults, Redis, Words},
};

const WORDS: Words = Words {
    away: "the cache goes on without it",
    refused: "the cache goes on without what it refuses",
    back: "the cache is shared",
};

/// What all workers share of it.
pub(crate) struct SharedLevel {
    pub(super) redis: Arc<Redis>,
    pub(super) faults: Arc<Faults>,
    pub(super) unsent: Unsent,
    pub(super) max_entry: usize,
}

impl SharedLevel {
    /// Connects to nothing yet.
    pub(crate) fn new(redis: Arc<Redis>, config: &CacheConfig) -> Arc<Self> {
        let (faults, unsent) = (Arc::new(Faults::new(WORDS)), Unsent::default());
        Arc::new(Self { redis, faults, unsent, max_entry: config.max_entry })
    }

    /// The longest entry that is asked for.
    pub(super) fn most_bytes(&self) -> usize {
        self.max_entry + MOST_HEAD
    }
}

impl fmt::Debug for SharedLevel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SharedLevel")
    }
}

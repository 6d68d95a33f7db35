//! [`Kept`]: the answers that this process keeps, bounded by the bytes that they take.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant as StdInstant},
};

use moka::{Expiry, sync::Cache};

use super::{
    entry::Entry,
    generations::{Generations, Stamp, Tag},
    key::Key,
    terms::Bounds,
};
use crate::config::CacheConfig;

/// The answers that this process keeps, over all services and workers.
pub(crate) struct Kept {
    entries: Cache<Key, Arc<Entry>>,
    generations: Generations,
    pub(super) bounds: Bounds,
    max_entry: usize,
    /// Bytes that were put in since the store has last counted.
    uncounted: AtomicUsize,
    count_at: usize,
}

impl Kept {
    pub(crate) fn new(config: &CacheConfig) -> Self {
        let weigh = |key: &Key, entry: &Arc<Entry>| {
            u32::try_from(key.bytes().len() + entry.weight()).unwrap_or(u32::MAX)
        };
        let entries =
            Cache::builder().max_capacity(config.max_size as u64).weigher(weigh).expire_after(AtEnd);
        Self {
            entries: entries.build(),
            generations: Generations::default(),
            bounds: Bounds {
                fresh_at_most: config.fresh_at_most,
                stale_if_error: config.stale_if_error,
                negative: config.negative,
                jitter_percent: config.jitter_percent,
            },
            max_entry: config.max_entry.min(config.max_size),
            uncounted: AtomicUsize::new(0),
            count_at: config.max_size / 16,
        }
    }

    /// What an answer is kept under from now on.
    pub(super) fn stamp(&self, tags: impl Iterator<Item = Tag>) -> Stamp {
        self.generations.stamp(tags)
    }

    /// Ends everything, such as when writes elsewhere may have been missed.
    pub(in crate::call) fn end_all(&self) {
        self.generations.end_all();
    }

    #[cfg(test)]
    pub(in crate::call) fn stamp_for_test(&self) -> Stamp {
        self.generations.stamp(std::iter::empty())
    }

    /// The answer under the key, unless it was ended since.
    pub(super) fn find(&self, key: &Key, stamp: Stamp) -> Option<Arc<Entry>> {
        self.entries.get(key).filter(|entry| entry.stamp == stamp)
    }

    /// Keeps an answer. One that was asked for later stays.
    pub(super) fn put(&self, key: Key, entry: Arc<Entry>) {
        if entry.weight() > self.max_entry {
            return;
        }
        let weight = entry.weight();
        self.entries.entry(key).and_upsert_with(|before| match before {
            Some(before) if before.value().asked > entry.asked => before.into_value(),
            _ => Arc::clone(&entry),
        });
        // The store makes room from time to time, and not at each entry: large ones must not wait for that.
        if self.uncounted.fetch_add(weight, Relaxed) + weight > self.count_at {
            self.uncounted.store(0, Relaxed);
            self.entries.run_pending_tasks();
        }
    }

    /// Ends one answer.
    pub(super) fn forget(&self, key: &Key) {
        self.entries.invalidate(key);
    }

    /// Ends what was kept under these tags, and what is on its way.
    pub(super) fn end(&self, tags: impl Iterator<Item = Tag>) {
        tags.for_each(|tag| self.generations.end(tag));
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self::new(&CacheConfig::default())
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Kept").field("entries", &self.entries.entry_count()).finish_non_exhaustive()
    }
}

/// Removes an entry when it is of no use any more.
struct AtEnd;

impl Expiry<Key, Arc<Entry>> for AtEnd {
    fn expire_after_create(&self, _: &Key, entry: &Arc<Entry>, _: StdInstant) -> Option<Duration> {
        Some(entry.stay)
    }

    fn expire_after_update(
        &self,
        _: &Key,
        entry: &Arc<Entry>,
        _: StdInstant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.stay)
    }
}

//! [`Kept`]: the answers that this process keeps, bounded by the bytes that they take.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use moka::{ops::compute::Op, sync::Cache};
use serde::Serialize;
use tokio::time::Instant;

use super::{
    entry::Entry,
    generations::{Generations, Stamp, Tag},
    key::{BuildPrehashed, Key},
    place::{AtEnd, Place},
    shared::SharedLevel,
    terms::Bounds,
};
use crate::config::CacheConfig;

/// The answers that a process keeps at this moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CacheView {
    /// How many.
    pub entries: u64,
    /// The bytes that they take.
    pub bytes: u64,
    /// The bytes that they may take: `cache.max_size`.
    pub max_bytes: u64,
    /// Whether instances share them through Redis.
    pub shared: bool,
}

/// The answers that this process keeps, over all services and workers.
pub(crate) struct Kept {
    entries: Cache<Key, Arc<Place>, BuildPrehashed>,
    generations: Generations,
    shared: Option<Arc<SharedLevel>>,
    pub(super) bounds: Bounds,
    max_entry: usize,
    /// Bytes that were put in since the store has last counted.
    uncounted: AtomicUsize,
    count_at: usize,
}

impl Kept {
    /// With what instances share it, if they do.
    pub(crate) fn new(config: &CacheConfig, shared: Option<Arc<SharedLevel>>) -> Self {
        let entries = Cache::builder()
            .max_capacity(config.max_size as u64)
            .weigher(|_: &Key, place: &Arc<Place>| place.weight())
            .expire_after(AtEnd)
            .eviction_listener(|_, place, _| place.vacate());
        Self {
            entries: entries.build_with_hasher(BuildPrehashed::default()),
            generations: Generations::default(),
            shared,
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

    /// What operators see of it.
    pub(crate) fn view(&self) -> CacheView {
        // What was put in or ended a moment ago is not counted yet.
        self.entries.run_pending_tasks();
        CacheView {
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
            max_bytes: self.entries.policy().max_capacity().unwrap_or_default(),
            shared: self.shared.is_some(),
        }
    }

    #[cfg(test)]
    pub(in crate::call) fn end_all(&self) {
        self.generations.hear(super::shared::Ended::All);
    }

    #[cfg(test)]
    pub(in crate::call) fn stamp_for_test(&self) -> Stamp {
        self.generations.stamp(std::iter::empty())
    }

    /// The answer under the key, unless it was ended since.
    pub(super) fn find(&self, key: &Key, stamp: Stamp) -> Option<Arc<Entry>> {
        self.entries.get(key)?.entry().filter(|entry| entry.stamp == stamp)
    }

    /// Keeps an answer. One that is younger stays. One that is too large leaves nothing, not even what it replaces.
    pub(super) fn put(&self, key: Key, entry: &Arc<Entry>) {
        let weight = key.bytes().len() + entry.weight();
        if weight > self.max_entry {
            return self.forget(&key);
        }
        let now = Instant::now();
        self.entries.entry(key).and_compute_with(|before| {
            let before = before.and_then(|before| before.value().entry());
            // To put the same place once more would vacate it.
            if before.is_some_and(|before| before.age(now) < entry.age(now)) {
                Op::Nop
            } else {
                Op::Put(Arc::new(Place::of(entry, weight)))
            }
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
    pub(super) fn end(&self, tags: impl IntoIterator<Item = Tag>) {
        tags.into_iter().for_each(|tag| self.generations.end(tag));
    }

    /// Through which instances share what they keep, if they do.
    pub(in crate::call) fn shared(&self) -> Option<&Arc<SharedLevel>> {
        self.shared.as_ref()
    }

    /// Ends what other instances say has ended, for as long as it is polled.
    pub(crate) async fn follow(self: Arc<Self>) {
        if let Some(shared) = self.shared.clone() {
            shared.follow(Arc::new(move |ended| self.generations.hear(ended))).await;
        }
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self::new(&CacheConfig::default(), None)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Kept").field("entries", &self.entries.entry_count()).finish_non_exhaustive()
    }
}

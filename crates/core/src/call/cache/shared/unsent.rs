//! Invalidations that Redis has not confirmed. Until it has, nobody in this process may use what they end.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::names::Hash;

/// The most tags that are remembered; some megabytes.
const MOST: usize = 1 << 16;

/// The tags of such invalidations, over all workers.
#[derive(Default)]
pub(super) struct Unsent {
    tags: Mutex<Tags>,
    count: AtomicUsize,
}

#[derive(Default)]
struct Tags {
    /// Each with the number of its latest invalidation: an earlier one that is confirmed says nothing of it.
    noted: HashMap<Hash, u64>,
    latest: u64,
}

/// Some of them, at one moment.
pub(super) type Batch = Vec<(Hash, u64)>;

impl Unsent {
    /// Notes an invalidation before it is sent, so that it is not lost whatever becomes of its caller.
    pub(super) fn note(&self, tags: &[Hash]) -> Batch {
        let mut known = self.lock();
        known.latest += 1;
        let batch: Batch = tags.iter().map(|tag| (*tag, known.latest)).collect();
        let mut lost = 0;
        for (tag, number) in &batch {
            if known.noted.len() < MOST || known.noted.contains_key(tag) {
                known.noted.insert(*tag, *number);
            } else {
                lost += 1;
            }
        }
        if lost > 0 {
            tracing::warn!(lost, "invalidations are lost: too many wait for redis.url");
        }
        self.count.store(known.noted.len(), Ordering::Release);
        batch
    }

    /// Takes out what Redis has confirmed, unless it was invalidated again meanwhile.
    pub(super) fn sent(&self, batch: &Batch) {
        let noted = &mut self.lock().noted;
        for (tag, number) in batch {
            if noted.get(tag) == Some(number) {
                noted.remove(tag);
            }
        }
        self.count.store(noted.len(), Ordering::Release);
    }

    /// Whether one of these is among them. Without the lock as long as there are none, which is nearly always.
    pub(super) fn has_any(&self, tags: &[Hash]) -> bool {
        self.count.load(Ordering::Acquire) > 0 && {
            let known = self.lock();
            tags.iter().any(|tag| known.noted.contains_key(tag))
        }
    }

    /// Up to so many of them.
    pub(super) fn batch(&self, most: usize) -> Batch {
        self.lock().noted.iter().take(most).map(|(tag, number)| (*tag, *number)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Tags> {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

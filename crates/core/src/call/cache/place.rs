//! [`Place`]: where a kept answer stands.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use moka::Expiry;

use super::{entry::Entry, key::Key};

/// Where a kept answer stands, until it goes.
///
/// What the store removes it frees later, when no thread can be looking at it any more, and many threads that are busy put
/// that off without a bound. So an answer leaves its place when the store removes that, and only the place is freed late.
pub(super) struct Place {
    entry: Mutex<Option<Arc<Entry>>>,
    weight: u32,
    stay: Duration,
}

impl Place {
    /// A place of so many bytes, its key's and its answer's.
    pub(super) fn of(entry: &Arc<Entry>, weight: usize) -> Self {
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        Self { entry: Mutex::new(Some(Arc::clone(entry))), weight, stay: entry.stay }
    }

    /// The answer, unless it has gone.
    pub(super) fn entry(&self) -> Option<Arc<Entry>> {
        self.lock().clone()
    }

    pub(super) fn weight(&self) -> u32 {
        self.weight
    }

    /// Lets the answer go. Whoever looks at the place finds none.
    pub(super) fn vacate(&self) {
        let left = self.lock().take();
        drop(left);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Entry>>> {
        self.entry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes an answer when it is of no use any more.
pub(super) struct AtEnd;

impl Expiry<Key, Arc<Place>> for AtEnd {
    fn expire_after_create(&self, _: &Key, place: &Arc<Place>, _: Instant) -> Option<Duration> {
        Some(place.stay)
    }

    fn expire_after_update(
        &self,
        _: &Key,
        place: &Arc<Place>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(place.stay)
    }
}

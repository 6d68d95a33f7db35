//! The places of a bulkhead: as many as the present limit says, given out first come first served.
//!
//! No place is taken from a call in flight. When the limit falls, free places go at once; what is still missing is a debt,
//! which the next calls that end pay with theirs. Free places, taken ones and the limit always add up:
//! `free + taken = limit + debt`.

use std::{
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt as _, future::Fuse};
use tokio::{
    sync::{AcquireError, Semaphore, SemaphorePermit},
    time::Instant,
};

use super::limit::{Limit, Sample};
use crate::config::BulkheadConfig;

pub(super) struct Places {
    free: Semaphore,
    kind: Kind,
}

enum Kind {
    Fixed(usize),
    Adaptive(Mutex<Adaptive>),
}

struct Adaptive {
    limit: Limit,
    debt: usize,
}

impl Places {
    pub(super) fn new(config: &BulkheadConfig) -> Self {
        let kind = if config.adaptive {
            Kind::Adaptive(Mutex::new(Adaptive { limit: Limit::new(config, Instant::now()), debt: 0 }))
        } else {
            Kind::Fixed(config.limit)
        };
        Self { free: Semaphore::new(config.limit), kind }
    }

    /// A free place, if there is one. Where others wait there is none: theirs are handed over.
    pub(super) fn try_take(&self) -> Option<SemaphorePermit<'_>> {
        self.free.try_acquire().ok()
    }

    /// The next place, when it is this caller's turn.
    pub(super) async fn take(&self) -> Option<SemaphorePermit<'_>> {
        let mut turn = Turn { places: self, waits: Box::pin(self.free.acquire().fuse()) };
        (&mut turn.waits).await.ok()
    }

    /// The present limit.
    pub(super) fn limit(&self) -> usize {
        match &self.kind {
            Kind::Fixed(limit) => *limit,
            Kind::Adaptive(adaptive) => lock(adaptive).limit.present(),
        }
    }

    /// The present limit, and the places that are taken.
    pub(super) fn taken(&self) -> (usize, usize) {
        match &self.kind {
            Kind::Fixed(limit) => (*limit, limit.saturating_sub(self.free.available_permits())),
            Kind::Adaptive(adaptive) => {
                // Under the lock, so that the limit does not move between the two looks.
                let adaptive = lock(adaptive);
                let limit = adaptive.limit.present();
                (limit, (limit + adaptive.debt).saturating_sub(self.free.available_permits()))
            }
        }
    }

    /// A call ended. What it says of the service is asked for only if the limit heeds it.
    pub(super) fn give_back(
        &self,
        permit: SemaphorePermit<'_>,
        sample: impl FnOnce() -> Option<(Sample, Instant)>,
    ) {
        let Kind::Adaptive(adaptive) = &self.kind else { return };
        let sample = sample();
        // Everything under the lock, so that no place is given out between the look at the debt and its payment.
        let mut adaptive = lock(adaptive);
        if let Some((sample, now)) = sample {
            self.adapt(&mut adaptive, sample, now);
        }
        if adaptive.debt > 0 {
            adaptive.debt -= 1;
            permit.forget();
        } else {
            drop(permit);
        }
    }

    fn adapt(&self, Adaptive { limit, debt }: &mut Adaptive, sample: Sample, now: Instant) {
        let before = limit.present();
        let in_flight = (before + *debt).saturating_sub(self.free.available_permits());
        limit.record(sample, in_flight, now);
        let after = limit.present();
        let fewer = before.saturating_sub(after);
        *debt += fewer - self.free.forget_permits(fewer);
        let more = after.saturating_sub(before);
        let paid = more.min(*debt);
        *debt -= paid;
        self.free.add_permits(more - paid);
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.free.available_permits()
    }
}

/// A caller who waits. It may be gone before it knows that it has a place, which the semaphore would then hand to the next
/// in line whatever the debt is.
struct Turn<'a, F: Future<Output = Result<SemaphorePermit<'a>, AcquireError>>> {
    places: &'a Places,
    waits: Pin<Box<Fuse<F>>>,
}

impl<'a, F: Future<Output = Result<SemaphorePermit<'a>, AcquireError>>> Drop for Turn<'a, F> {
    fn drop(&mut self) {
        if let Some(Ok(permit)) = (&mut self.waits).now_or_never() {
            self.places.give_back(permit, || None);
        }
    }
}

fn lock(adaptive: &Mutex<Adaptive>) -> MutexGuard<'_, Adaptive> {
    adaptive.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

//! Who is refused most: the last minute in a bounded sketch, for operators to look at.
//!
//! It is fed with refusals only, so whoever is admitted pays nothing for it. A minute is two halves with a sketch each: the one
//! that is being filled, and the one before it, which goes when the first is over. What is shown is thus the last 30 to 60
//! seconds. One lock for all workers: it is held for one pass over a sketch.

mod label;
mod sketch;
#[cfg(test)]
mod tests;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

pub(crate) use self::label::Label;
use self::sketch::{Counter, Sketch};
use super::{
    charge::{Charges, Levels},
    key::Key,
    rules::Asks,
};

/// Of each half. Whoever has more than a 128th of its refusals is in it.
const COUNTERS: usize = 128;

const HALF: Duration = Duration::from_secs(30);

/// What was refused, and to whom.
pub(crate) struct Refusals(Mutex<Inner>);

struct Inner {
    /// By the number of the quota, since the start.
    total: Vec<u64>,
    latest: Half,
    before: Half,
    /// When the latest half began.
    since: Instant,
}

struct Half {
    of_quota: Vec<u64>,
    sketch: Sketch<Key, Label>,
}

/// Whom a quota refused how often, within the last minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) quota: u16,
    pub(crate) who: Label,
    /// No less than it was, but for what a sketch that was full gave up.
    pub(crate) at_most: u64,
    /// No more than it was.
    pub(crate) at_least: u64,
}

impl Refusals {
    /// For quotas with numbers up to this one.
    pub(crate) fn new(last_quota: u16) -> Self {
        let zeros = || vec![0; usize::from(last_quota) + 1];
        let half = || Half { of_quota: zeros(), sketch: Sketch::new(COUNTERS) };
        Self(Mutex::new(Inner { total: zeros(), latest: half(), before: half(), since: Instant::now() }))
    }

    /// Notes that a request was refused by the quotas that have nothing left for it.
    pub(crate) fn note(&self, charges: &Charges<'_>, levels: &Levels, asks: Asks<'_>, now: Instant) {
        let mut inner = self.lock(now);
        let Inner { total, latest, .. } = &mut *inner;
        for charge in charges.iter().zip(levels).filter(|(_, level)| level.wait > 0).map(|(charge, _)| charge)
        {
            let quota = usize::from(charge.quota.number);
            for counts in [&mut *total, &mut latest.of_quota] {
                if let Some(count) = counts.get_mut(quota) {
                    *count += 1;
                }
            }
            latest.sketch.note(charge.key(), || Label::of(charge.who, asks));
        }
    }

    /// How often a quota has refused: since the start, and in the last minute.
    pub(crate) fn of_quota(&self, quota: u16, now: Instant) -> (u64, u64) {
        let inner = self.lock(now);
        let at = |counts: &[u64]| counts.get(usize::from(quota)).copied().unwrap_or_default();
        (at(&inner.total), at(&inner.latest.of_quota) + at(&inner.before.of_quota))
    }

    /// Those who were refused in the last minute, most first.
    pub(crate) fn most(&self, now: Instant) -> Vec<Refused> {
        let inner = self.lock(now);
        let mut found: Vec<(Key, Refused)> = Vec::with_capacity(2 * COUNTERS);
        let halves = [&inner.latest, &inner.before].into_iter();
        for Counter { key, label, count, error } in halves.flat_map(|half| half.sketch.counters()) {
            match found.iter_mut().find(|(known, _)| known == key) {
                Some((_, refused)) => {
                    refused.at_most += count;
                    refused.at_least += count - error;
                }
                None => found.push((
                    *key,
                    Refused {
                        quota: key.quota(),
                        who: label.clone(),
                        at_most: *count,
                        at_least: count - error,
                    },
                )),
            }
        }
        drop(inner);
        let mut refused: Vec<_> = found.into_iter().map(|(_, refused)| refused).collect();
        refused.sort_by_key(|refused| std::cmp::Reverse((refused.at_least, refused.at_most)));
        refused
    }

    /// What there is, after what is too old went.
    fn lock(&self, now: Instant) -> MutexGuard<'_, Inner> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(inner.since);
        if passed >= HALF {
            let Inner { latest, before, since, .. } = &mut *inner;
            std::mem::swap(latest, before);
            latest.clear();
            if passed >= 2 * HALF {
                before.clear();
                *since = now;
            } else {
                *since += HALF;
            }
        }
        inner
    }
}

impl Half {
    fn clear(&mut self) {
        self.of_quota.fill(0);
        self.sketch.clear();
    }
}

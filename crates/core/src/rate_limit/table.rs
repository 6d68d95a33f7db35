//! A bounded table of keys, shared by all workers, that forgets what says nothing any more.
//!
//! It is cut into shards with a lock each, held for as long as a few look-ups take. What is over is swept out in the
//! background, and the memory given back. In a full shard a new key takes the place of the one of a few at random that
//! matters least: whoever comes under many names takes the places of its own names, and who owes much stays.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use indexmap::IndexMap;

use super::{charge::MOST, key::Key};

/// What is kept of a key.
pub(crate) trait Entry: Copy + Default {
    /// Whether it says no more than that of a key that was never seen.
    fn is_over(&self, now: u64) -> bool;

    /// How much would be lost with it.
    fn weight(&self) -> u64;
}

pub(crate) struct Table<V> {
    shards: Box<[Mutex<Shard<V>>]>,
    hasher: RandomState,
    /// Keys in one shard.
    most: usize,
}

type Shard<V> = IndexMap<Key, V>;

/// Enough that two workers seldom meet, and that a sweep holds a lock for a moment only.
const LEAST_SHARDS: usize = 64;
const KEYS_IN_A_SHARD: usize = 1 << 14;

/// As in Redis' own approximation of LRU: more make it hardly better.
const SAMPLES: usize = 8;

impl<V: Entry> Table<V> {
    /// For so many keys at most, give or take how evenly they fall on its shards.
    pub(crate) fn new(most: usize) -> Self {
        let shards = (most / KEYS_IN_A_SHARD).next_power_of_two().max(LEAST_SHARDS);
        Self {
            shards: (0..shards).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            most: most.div_ceil(shards),
        }
    }

    /// Reads what is kept of these keys, at most [`MOST`], and writes it as `change` leaves it if that says so. Nobody else
    /// reads or writes any of them meanwhile.
    pub(crate) fn update<R>(&self, keys: &[Key], now: u64, change: impl FnOnce(&mut [V]) -> (R, bool)) -> R {
        let (mut values, mut places) = ([V::default(); MOST], [0; MOST]);
        let count = keys.len().min(MOST);
        for (place, key) in places.iter_mut().zip(keys) {
            *place = self.shard_of(*key);
        }
        let places = &places[..count];
        // In one order for everybody, so that nobody waits in a circle.
        let (mut order, mut locked) = ([0; MOST], [const { None }; MOST]);
        order[..count].copy_from_slice(places);
        order[..count].sort_unstable();
        for (index, shard) in order[..count].iter().enumerate() {
            if index == 0 || order[index - 1] != *shard {
                locked[index] = Some(self.lock(*shard));
            }
        }
        let at = |shard: usize| order[..count].iter().position(|other| *other == shard).unwrap_or_default();
        for ((key, shard), value) in keys.iter().zip(places).zip(&mut values) {
            let kept = locked[at(*shard)].as_ref().and_then(|shard| shard.get(key));
            *value = kept.copied().unwrap_or_default();
        }
        let (result, is_changed) = change(&mut values[..count]);
        if is_changed {
            for ((key, shard), value) in keys.iter().zip(places).zip(values) {
                if let Some(shard) = &mut locked[at(*shard)] {
                    put(shard, *key, value, self.most, now);
                }
            }
        }
        result
    }

    /// Takes out what is over, and gives the room back. `part` of `parts` of the table, so that a pass can take its time.
    pub(crate) fn sweep(&self, part: usize, parts: usize, now: u64) {
        for shard in (part..self.shards.len()).step_by(parts.max(1)) {
            let mut shard = self.lock(shard);
            shard.retain(|_, value| !value.is_over(now));
            if shard.len() < shard.capacity() / 4 {
                let room = shard.len() * 2;
                shard.shrink_to(room);
            }
        }
    }

    /// The keys that are kept.
    pub(crate) fn len(&self) -> usize {
        (0..self.shards.len()).map(|shard| self.lock(shard).len()).sum()
    }

    fn shard_of(&self, key: Key) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "some of its bits")]
        let hash = self.hasher.hash_one(key) as usize;
        hash & (self.shards.len() - 1)
    }

    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard<V>> {
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put<V: Entry>(shard: &mut Shard<V>, key: Key, value: V, most: usize, now: u64) {
    if let Some(kept) = shard.get_mut(&key) {
        *kept = value;
        return;
    }
    if value.is_over(now) {
        return;
    }
    if shard.len() >= most {
        let samples = (0..SAMPLES).map(|_| fastrand::usize(..shard.len()));
        let least =
            samples.min_by_key(|index| shard.get_index(*index).map_or(0, |(_, value)| value.weight()));
        if let Some(least) = least {
            shard.swap_remove_index(least);
        }
    }
    shard.insert(key, value);
}

#[cfg(test)]
mod tests;

//! [`Slots`]: counts by what is known only at run time, such as a status: so many of them and no more, found without a lock.

use std::sync::OnceLock;

/// Values by key, in the order in which the keys first came. What comes when all places are taken shares one value, so that
/// neither a client nor a service can make the number of series grow.
#[derive(Debug)]
pub(super) struct Slots<K, V> {
    places: Box<[Place<K, V>]>,
    other: V,
}

/// Small while nothing is there.
type Place<K, V> = OnceLock<Box<(K, V)>>;

impl<K, V> Slots<K, V> {
    /// Places for so many keys; `other` is for all that come after.
    pub(super) fn new(places: usize, other: V) -> Self {
        Self { places: (0..places).map(|_| OnceLock::new()).collect(), other }
    }

    /// The value whose key is the one that is meant, or the one that `make` makes the first time.
    pub(super) fn find(&self, is_meant: impl Fn(&K) -> bool, make: impl Fn() -> (K, V)) -> &V {
        for place in &self.places {
            let known = match place.get() {
                Some(known) => known,
                // Another thread may be first, and with another key.
                None => place.get_or_init(|| Box::new(make())),
            };
            if is_meant(&known.0) {
                return &known.1;
            }
        }
        &self.other
    }

    /// Every key with its value; none for what came when all places were taken.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Option<&K>, &V)> {
        let known = self.places.iter().map_while(OnceLock::get).map(|known| (Some(&known.0), &known.1));
        known.chain([(None, &self.other)])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use proptest::prelude::*;

    use super::*;

    fn count(slots: &Slots<u16, AtomicU64>, key: u16) {
        slots.find(|known| *known == key, || (key, AtomicU64::new(0))).fetch_add(1, Relaxed);
    }

    proptest! {
        /// Whatever comes in whatever order: each is counted once, the first so many by name.
        #[test]
        fn nothing_is_lost_and_nothing_grows(keys in proptest::collection::vec(0..20_u16, 0..200)) {
            let slots = Slots::new(4, AtomicU64::new(0));
            for key in &keys {
                count(&slots, *key);
            }
            let mut first: Vec<u16> = Vec::new();
            for key in &keys {
                if !first.contains(key) && first.len() < 4 {
                    first.push(*key);
                }
            }
            let found: Vec<_> = slots.iter().map(|(key, value)| (key.copied(), value.load(Relaxed))).collect();
            let of = |wanted: u16| keys.iter().filter(|key| **key == wanted).count() as u64;
            let mut expected: Vec<_> = first.iter().map(|key| (Some(*key), of(*key))).collect();
            let named: u64 = expected.iter().map(|(_, count)| count).sum();
            expected.push((None, keys.len() as u64 - named));
            prop_assert_eq!(found, expected);
        }
    }
}

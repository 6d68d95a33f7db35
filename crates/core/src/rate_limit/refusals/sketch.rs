//! Space-Saving (Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005).
//!
//! Of k counters and N things, a key with more than N / k of them has a counter; no count is less than the truth, nor more than
//! its error above it; no error is more than N / k.

/// The most frequent keys, each with what was known of it when its counter was made.
pub(super) struct Sketch<K, L> {
    counters: Vec<Counter<K, L>>,
    most: usize,
}

#[derive(Debug)]
pub(super) struct Counter<K, L> {
    pub(super) key: K,
    pub(super) label: L,
    pub(super) count: u64,
    /// How much of it may be another key's, whose place it took.
    pub(super) error: u64,
}

impl<K: Copy + Eq, L> Sketch<K, L> {
    pub(super) fn new(most: usize) -> Self {
        Self { counters: Vec::with_capacity(most), most }
    }

    /// Counts one. A key without a counter takes the place of the least, and is labelled then.
    pub(super) fn note(&mut self, key: K, label: impl FnOnce() -> L) {
        let mut least = None;
        for (place, counter) in self.counters.iter_mut().enumerate() {
            if counter.key == key {
                counter.count += 1;
                return;
            }
            if least.is_none_or(|(_, count)| counter.count < count) {
                least = Some((place, counter.count));
            }
        }
        match least.filter(|_| self.counters.len() >= self.most) {
            None => self.counters.push(Counter { key, label: label(), count: 1, error: 0 }),
            Some((place, error)) => {
                self.counters[place] = Counter { key, label: label(), count: error + 1, error };
            }
        }
    }

    pub(super) fn counters(&self) -> &[Counter<K, L>] {
        &self.counters
    }

    pub(super) fn clear(&mut self) {
        self.counters.clear();
    }
}

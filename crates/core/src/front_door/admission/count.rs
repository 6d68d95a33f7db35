//! [`Count`]: a number that one thread changes and any may read.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A number that one thread changes and any may read. Two writers would lose each other's changes; for one it costs what a
/// plain number does.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicUsize);

impl Count {
    pub(super) const fn new(value: usize) -> Self {
        Self(AtomicUsize::new(value))
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }

    pub(super) fn set(&self, value: usize) {
        self.0.store(value, Relaxed);
    }

    pub(super) fn increase(&self) {
        self.add(1);
    }

    pub(super) fn add(&self, more: usize) {
        self.set(self.get().wrapping_add(more));
    }

    pub(super) fn decrease(&self) {
        self.set(self.get().wrapping_sub(1));
    }
}

//! [`Tally`]: a count that all workers add to, without writing to one cache line.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
};

/// As many as the workers of a large machine; with more, some share.
const STRIPES: usize = 16;

/// A count in stripes, one for each thread in turn.
#[derive(Debug, Default)]
pub(crate) struct Tally([Stripe; STRIPES]);

/// Two cache lines, since processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe(AtomicU64);

impl Tally {
    pub(crate) fn increase(&self) {
        self.0[stripe()].0.fetch_add(1, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.iter().map(|stripe| stripe.0.load(Relaxed)).sum()
    }
}

/// The stripe of this thread.
fn stripe() -> usize {
    const NONE: usize = usize::MAX;
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<usize> = const { Cell::new(NONE) };
    }
    if MINE.get() == NONE {
        MINE.set(NEXT.fetch_add(1, Relaxed) % STRIPES);
    }
    MINE.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_threads_count_is_added_up() {
        let tally = Tally::default();
        std::thread::scope(|scope| {
            for _ in 0..2 * STRIPES {
                scope.spawn(|| (0..1000).for_each(|_| tally.increase()));
            }
        });
        assert_eq!(tally.get(), 2 * STRIPES as u64 * 1000);
    }
}

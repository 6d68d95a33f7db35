//! [`Pressure`]: what the guard of memory found last, for every worker to read.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use super::memory::Usage;
use crate::routes::Priority;

/// How near the process is to the end of its memory.
#[derive(Debug, Default)]
pub(super) struct Pressure {
    /// How many of the priorities are refused, the least first.
    refused: AtomicU8,
    used: AtomicU64,
    /// 0 while none is known.
    limit: AtomicU64,
}

impl Pressure {
    pub(super) fn refuses(&self, priority: Priority) -> bool {
        match priority {
            Priority::Critical => false,
            Priority::Normal => self.refused.load(Relaxed) >= 2,
            Priority::Sheddable => self.refused.load(Relaxed) >= 1,
        }
    }

    /// Notes what is used. Over `percent` sheddable requests are refused, halfway from there to 100 normal ones too.
    pub(super) fn note(&self, usage: Option<Usage>, percent: u8) {
        let Usage { used, limit } = usage.unwrap_or_default();
        // In parts of 200, so that halfway is a whole number.
        let parts = u128::from(used) * 200;
        let over = |bound: u8| parts > u128::from(limit) * u128::from(bound);
        let percent = percent.min(100);
        let refused = match limit {
            0 => 0,
            _ if percent == 100 => 0,
            _ => u8::from(over(2 * percent)) + u8::from(over(percent + 100)),
        };
        self.refused.store(refused, Relaxed);
        self.used.store(used, Relaxed);
        self.limit.store(limit, Relaxed);
    }

    pub(super) fn usage(&self) -> Option<Usage> {
        let usage = Usage { used: self.used.load(Relaxed), limit: self.limit.load(Relaxed) };
        (usage.limit > 0).then_some(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_the_end_the_more_is_refused_and_critical_never() {
        let pressure = Pressure::default();
        let refused = || Priority::ALL.map(|priority| pressure.refuses(priority));
        for (used, percent, expected) in [
            (850, 85, [false, false, false]),
            (851, 85, [false, false, true]),
            (925, 85, [false, false, true]),
            (926, 85, [false, true, true]),
            (5_000, 85, [false, true, true]),
            (100, 85, [false, false, false]),
            (5_000, 100, [false, false, false]),
            (11, 1, [false, false, true]),
        ] {
            pressure.note(Some(Usage { used, limit: 1_000 }), percent);
            assert_eq!(refused(), expected, "{used} of 1000 at {percent} %");
        }
        pressure.note(None, 1);
        assert_eq!((refused(), pressure.usage()), ([false; 3], None), "nobody knows");
    }
}

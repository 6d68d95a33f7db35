//! GCRA, the generic cell rate algorithm (ITU-T I.371), as arithmetic: time is an argument, in whole microseconds.
//!
//! A key has one number, its *theoretical arrival time*: when it will have paid for all that it was charged. A charge moves it
//! on by its cost times the interval between two units; what would move it further than the tolerance from now does not fit.
//! Nothing runs in the background, and a key that owes nothing is like one that was never seen.
//!
//! `shared/charge.lua` is the same for a Redis; `vectors.json` holds both to it. Whole microseconds are exact in the numbers
//! of either: those of Lua are exact to 2^53, which is in the year 2255.

use std::time::Duration;

/// One quota's arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gcra {
    /// Between two units, in microseconds.
    pub(crate) interval: u64,
    /// How far ahead of now a key may be, in microseconds: the burst times the interval.
    pub(crate) tolerance: u64,
}

/// A charge that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short {
    /// The microseconds until it would, if nothing else is charged.
    pub(crate) wait: u64,
    /// Where the key is: where it was, unless the clock went back.
    pub(crate) tat: u64,
}

impl Gcra {
    /// So many units in a period, and so many at once. The interval is rounded up, so that it is never more.
    pub(crate) fn new(count: u32, period: Duration, burst: u32) -> Self {
        let interval = micros(period).div_ceil(u64::from(count.max(1))).max(1);
        Self { interval, tolerance: interval.saturating_mul(u64::from(burst.max(1))) }
    }

    /// The share of one of so many instances that can't ask each other. `least` units fit at once, or what costs so much could
    /// never be done.
    pub(crate) fn share(self, instances: u32, least: u32) -> Self {
        let instances = u64::from(instances.max(1));
        let burst = (self.tolerance / self.interval / instances).max(u64::from(least.max(1)));
        let interval = self.interval.saturating_mul(instances);
        Self { interval, tolerance: interval.saturating_mul(burst) }
    }

    /// Charges a key that is at `tat`, and says where it is then.
    pub(crate) fn charge(self, tat: u64, now: u64, cost: u64) -> Result<u64, Short> {
        let (paid, latest) = (self.paid(tat, now), now.saturating_add(self.tolerance));
        let next = paid.saturating_add(cost.saturating_mul(self.interval));
        if next <= latest { Ok(next) } else { Err(Short { wait: next - latest, tat: tat.min(latest) }) }
    }

    /// The units that would fit now.
    pub(crate) fn available(self, tat: u64, now: u64) -> u64 {
        (self.tolerance - self.debt(tat, now)) / self.interval
    }

    /// The microseconds until a key owes nothing.
    pub(crate) fn debt(self, tat: u64, now: u64) -> u64 {
        self.paid(tat, now) - now
    }

    /// When a key will have paid, no earlier than now. Later than the tolerance allows is only what was charged before a clock
    /// went back; then it owes as much as it may, and not for as long as the clock has to catch up.
    fn paid(self, tat: u64, now: u64) -> u64 {
        tat.clamp(now, now.saturating_add(self.tolerance))
    }
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

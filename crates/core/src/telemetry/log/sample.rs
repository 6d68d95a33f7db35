//! Which lines are written when there are many.
//!
//! Of requests that went well, at most about `success_per_second` lines are written on a worker. Above that each is written by a
//! throw of dice whose chance was fixed before the request was looked at, and its line says one over that chance: a sum of these
//! numbers is the number of requests on average, over all lines and over those of any route alike (Horvitz and Thompson, "A
//! Generalization of Sampling Without Replacement"). Lines of other requests are all written, up to a much higher limit, since
//! a flood of refusals must not fill a disk either.
//!
//! A worker is a thread, and its count is the thread's own: no lock, and no clock but the one that told when the request ended.

use std::{cell::RefCell, time::Duration};

use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

thread_local! {
    static HERE: RefCell<Sampler> = RefCell::default();
}

/// The sampler of this worker.
pub(super) fn here<R>(ask: impl FnOnce(&mut Sampler) -> R) -> R {
    HERE.with_borrow_mut(ask)
}

/// What was seen and written in this second.
#[derive(Debug, Default)]
pub(super) struct Sampler {
    began: Option<Instant>,
    /// Requests that went well.
    seen: u64,
    /// How many were seen in the second before.
    expected: u64,
    /// Of these, one in so many is written; 0 as long as nobody has asked in this second.
    one_in: u64,
    /// Written since this was last changed.
    written: u32,
    /// Lines of other requests.
    problems: u32,
    /// Of these, those that were left out since one was last written.
    left_out: u64,
}

impl Sampler {
    /// Whether a request that went well is written, and then for how many it stands.
    pub(super) fn success(&mut self, now: Instant, per_second: u32) -> Option<u64> {
        self.turn(now);
        self.seen += 1;
        if per_second == 0 {
            return None;
        }
        if self.one_in == 0 {
            // By which the second before would have had as many lines as it may.
            self.one_in = self.expected.div_ceil(u64::from(per_second)).max(1);
        } else if self.written >= per_second {
            // More come than before: those that are still to come have half the chance.
            self.one_in = self.one_in.saturating_mul(2);
            self.written = 0;
        }
        if self.one_in > 1 && fastrand::u64(..self.one_in) != 0 {
            return None;
        }
        self.written += 1;
        Some(self.one_in)
    }

    /// Whether another request is written, and then how many were not before it.
    pub(super) fn problem(&mut self, now: Instant, per_second: u32) -> Option<u64> {
        self.turn(now);
        if self.problems >= per_second {
            self.left_out += 1;
            return None;
        }
        self.problems += 1;
        Some(std::mem::take(&mut self.left_out))
    }

    /// Begins a new second.
    fn turn(&mut self, now: Instant) {
        let passed = self.began.map_or(Duration::MAX, |began| now.saturating_duration_since(began));
        if passed < SECOND {
            return;
        }
        let expected = if passed < 2 * SECOND { self.seen } else { 0 };
        *self = Self { began: Some(now), expected, left_out: self.left_out, ..Self::default() };
    }
}

#[cfg(test)]
mod tests;

//! [`Tally`]: what many histories had in them.

use std::{fmt, time::Duration};

use super::law::Via;

/// What many histories had in them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) histories: u64,
    decisions: u64,
    ways: [u64; Via::COUNT],
}

impl Tally {
    /// Adds a history.
    pub(super) fn add(&mut self, decisions: u64, ways: &[u64; Via::COUNT]) {
        self.histories += 1;
        self.decisions += decisions;
        self.ways.iter_mut().zip(ways).for_each(|(sum, more)| *sum += more);
    }

    /// How far a run is that has taken so long.
    pub(super) fn progress(&self, of: u64, spent: Duration) -> String {
        let left = spent.as_secs() * (of - self.histories) / self.histories.max(1);
        format!("{} of {of} histories, {} s, {left} s left", self.histories, spent.as_secs())
    }

    /// A history in which nothing happens breaks no law, so each way to an answer must have been taken.
    pub(super) fn assert_that_all_was_seen(&self) {
        let rarest = self.ways.iter().min().copied().unwrap_or_default();
        assert!(rarest * 1000 > self.histories, "some way to an answer was hardly ever taken: {self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers: u64 = self.ways.iter().sum();
        write!(out, "{} histories, {} decisions, {answers} answers:", self.histories, self.decisions)?;
        for (way, count) in Via::ALL.iter().zip(self.ways) {
            write!(out, " {way:?} {count}")?;
        }
        Ok(())
    }
}

//! When which request leaves: several streams, each at its own rate, as one row of instants.

use std::time::Duration;

/// A request that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) stream: usize,
    /// Counts from 0 within its stream.
    pub(crate) number: u32,
    /// From the beginning of the load.
    pub(crate) after: Duration,
}

/// All that is due within a window, the earliest first.
pub(crate) struct Schedule {
    next: Vec<Due>,
    intervals: Vec<Duration>,
    window: Duration,
}

impl Schedule {
    /// Streams of so many requests a second each, or none.
    pub(crate) fn of(rates: impl IntoIterator<Item = u32>, window: Duration) -> Self {
        let rates: Vec<_> = rates.into_iter().collect();
        let intervals = rates.iter().map(|rate| Duration::from_secs(1) / (*rate).max(1)).collect();
        let first = |stream| Due { stream, number: 0, after: Duration::ZERO };
        let next = (0..rates.len()).filter(|stream| rates[*stream] > 0).map(first).collect();
        Self { next, intervals, window }
    }
}

impl Iterator for Schedule {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        let next = self.next.iter_mut().min_by_key(|due| due.after)?;
        let due = *next;
        next.number += 1;
        next.after = self.intervals[due.stream] * next.number;
        (due.after < self.window).then_some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_merged_and_each_keeps_its_rate() {
        let window = Duration::from_secs(2);
        let all: Vec<_> = Schedule::of([100, 1000, 3, 0], window).collect();
        assert!(all.windows(2).all(|two| two[0].after <= two[1].after));
        let of = |stream| all.iter().filter(|due| due.stream == stream).count();
        // A third of a second is cut to whole nanoseconds, so that a seventh one is due just before the end.
        assert_eq!([0, 1, 2, 3].map(of), [200, 2000, 7, 0]);
        let last = all.iter().rfind(|due| due.stream == 1).expect("one");
        assert_eq!((last.number, last.after), (1999, Duration::from_millis(1999)));
        assert_eq!(Schedule::of([0], window).next(), None);
    }
}

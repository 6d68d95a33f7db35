//! What one worker admits: its requests in flight, those that keep it busy, and the bounds of both.
//!
//! A request keeps its worker *busy* while it is worked on now and then: it counts for one to two [spans](super::probe) after
//! its last turn. Those that wait longer, for a service that hangs, count no more and take no place from others. One that is
//! done at once counts until the probe looks again, since a handler that never waits is never seen in flight.
//!
//! All is written by the worker's own thread, and read by those who want to [see](super::view) it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{count::Count, place::Place, pressure::Pressure, turns::Turns};
use crate::{config::AdmissionConfig, routes::Priority};

/// On a cache line of its own, or two workers would write to the same.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Worker {
    pub(super) in_flight: Count,
    /// The number of the present span.
    pub(super) span: Count,
    /// Requests in flight that were worked on last in this span, and in the one before.
    pub(super) now: Count,
    pub(super) lately: Count,
    /// Requests in flight that stand in the line for their turns.
    pub(super) lined_up: Count,
    pub(super) turns: Turns,
    /// Whether it has more to do than it can.
    lags: AtomicBool,
    /// Turns since the last look that took long.
    long_turns: Count,
    /// Requests that were let in and done since the last look.
    pub(super) at_once: Count,
    /// Requests that are done since the last look, the microseconds that they waited for their turns, and those that they took.
    pub(super) done: Count,
    pub(super) waits: Count,
    pub(super) latencies: Count,
    /// The most in flight, by priority.
    caps: [usize; 3],
    /// The most that may keep it busy. Critical requests have no such bound.
    bounds: [Count; 3],
    memory: Arc<Pressure>,
    /// The number of the last look, its time in microseconds, and those between it and the one before.
    pub(super) look: Count,
    pub(super) clock_micros: Count,
    pub(super) period_micros: Count,
    /// What a turn waits, and what a request does in all its turns.
    pub(super) turn_micros: Count,
    lag_micros: Count,
    admitted: [Count; 3],
    refused: [[Count; 3]; 3],
}

/// The most requests that may keep a worker busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) normal: usize,
    pub(super) sheddable: usize,
}

impl Bounds {
    /// As many as come.
    pub(super) const OPEN: Self = Self { normal: usize::MAX, sheddable: usize::MAX };
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    InFlight,
    Memory,
    Lag,
}

impl Cause {
    /// As spans say it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::InFlight => "in_flight",
            Self::Memory => "memory",
            Self::Lag => "lag",
        }
    }
}

impl Worker {
    pub(super) fn new(config: &AdmissionConfig, memory: &Arc<Pressure>) -> Self {
        let most = config.max_in_flight;
        Self {
            in_flight: Count::default(),
            span: Count::default(),
            now: Count::default(),
            lately: Count::default(),
            lined_up: Count::default(),
            turns: Turns::default(),
            lags: AtomicBool::new(false),
            long_turns: Count::default(),
            at_once: Count::default(),
            done: Count::default(),
            waits: Count::default(),
            latencies: Count::default(),
            caps: [most, (most * 9).div_ceil(10), (most * 3).div_ceil(5)],
            bounds: [const { Count::new(usize::MAX) }; 3],
            memory: Arc::clone(memory),
            look: Count::default(),
            clock_micros: Count::default(),
            period_micros: Count::default(),
            turn_micros: Count::default(),
            lag_micros: Count::default(),
            admitted: Default::default(),
            refused: Default::default(),
        }
    }

    /// A place for a request of this priority, or why there is none.
    pub(super) fn admit(&self, priority: Priority) -> Result<Place<'_>, Cause> {
        let number = priority as usize;
        let cause = if self.in_flight.get() >= self.caps[number] {
            Cause::InFlight
        } else if self.memory.refuses(priority) {
            Cause::Memory
        } else if self.busy() >= self.bounds[number].get() {
            Cause::Lag
        } else {
            let before = self.admitted.iter().map(Count::get).sum::<usize>();
            self.admitted[number].increase();
            self.in_flight.increase();
            self.now.increase();
            return Ok(Place::of(self, priority, before));
        };
        self.refused[number][cause as usize].increase();
        if (cause, priority) == (Cause::Lag, Priority::Normal) {
            // What matters less must not take the place that comes free next.
            self.bounds[Priority::Sheddable as usize].set(0);
        }
        Err(cause)
    }

    /// Requests that keep it busy.
    pub(super) fn busy(&self) -> usize {
        self.now.get() + self.lately.get() + self.lined_up.get() + self.at_once.get()
    }

    /// How long the requests that were done since the last look waited for all their turns, and how long they took, on average;
    /// none if none was done.
    pub(super) fn took(&self) -> Option<Took> {
        let mean = |sum: &Count| sum.get().checked_div(self.done.get()).map(micros);
        let lag = mean(&self.waits)?;
        Some(Took { lag, latency: mean(&self.latencies)?.max(lag) })
    }

    /// The probe has looked after such a period: how long a turn waits and how long a request does, and what holds from now on.
    pub(super) fn looked(&self, period: Duration, turn: Duration, lag: Duration, bounds: Bounds) {
        self.look.increase();
        self.clock_micros.add(usize::try_from(period.as_micros()).unwrap_or_default());
        for count in [&self.at_once, &self.done, &self.waits, &self.latencies] {
            count.set(0);
        }
        let times = [(&self.period_micros, period), (&self.turn_micros, turn), (&self.lag_micros, lag)];
        for (count, time) in times {
            count.set(usize::try_from(time.as_micros()).unwrap_or(usize::MAX));
        }
        self.bounds[Priority::Normal as usize].set(bounds.normal);
        self.bounds[Priority::Sheddable as usize].set(bounds.sheddable);
    }

    /// Whether it has more to do than it can.
    pub(super) fn lags(&self) -> bool {
        self.lags.load(Relaxed)
    }

    /// A turn took long: from now on requests line up, or all else would wait for several such turns in a row.
    pub(super) fn took_long(&self) {
        self.long_turns.increase();
        if !self.turns.are_ordered() {
            self.turns.order(true);
        }
    }

    /// The probe has found out whether it has more to do than it can. Requests line up while it has, or while some take long.
    pub(super) fn found(&self, lags: bool) {
        self.lags.store(lags, Relaxed);
        let takes_long = self.long_turns.get() > 0;
        self.long_turns.set(0);
        self.turns.order(lags || takes_long);
    }

    /// A span is over. Who was not worked on in it keeps the worker busy no more.
    pub(super) fn end_span(&self) {
        self.span.increase();
        self.lately.set(self.now.get());
        self.now.set(0);
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.get()
    }

    /// The most normal requests that may keep it busy, while that is bounded.
    pub(super) fn limit(&self) -> Option<usize> {
        Some(self.bounds[Priority::Normal as usize].get()).filter(|bound| *bound != usize::MAX)
    }

    /// How long a request waits for its turns.
    pub(super) fn lag(&self) -> Duration {
        micros(self.lag_micros.get())
    }

    pub(super) fn admitted(&self, priority: Priority) -> usize {
        self.admitted[priority as usize].get()
    }

    pub(super) fn refused(&self, priority: Priority, cause: Cause) -> usize {
        self.refused[priority as usize][cause as usize].get()
    }
}

/// What requests came to, on average.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Took {
    /// How long they waited for their turns.
    pub(super) lag: Duration,
    /// How long they took, with that: as exactly as the probe looks.
    pub(super) latency: Duration,
}

pub(super) fn micros(micros: usize) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;

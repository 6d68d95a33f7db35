//! What one worker admits: its requests in flight, those that keep it busy, and the bounds of both.
//!
//! A request keeps its worker *busy* while it is worked on now and then: it counts for one to two [spans](super::probe) after
//! its last turn. Those that wait longer, for a service that hangs, count no more and take no place from others. One that is
//! done at once counts until the probe looks again, since a handler that never waits is never seen in flight.
//!
//! A request *waits* for each of its turns as long as the probe did for its last one, but no longer than there was time. All of
//! them together are the part of its latency that is the worker's own. That takes no look at the clock.
//!
//! All is written by the worker's own thread, and read by those who want to [see](super::view) it.

use std::{sync::Arc, time::Duration};

use super::{count::Count, pressure::Pressure};
use crate::{config::AdmissionConfig, routes::Priority};

/// On a cache line of its own, or two workers would write to the same.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Worker {
    in_flight: Count,
    /// The number of the present span.
    span: Count,
    /// Requests in flight that were worked on last in this span, and in the one before.
    now: Count,
    lately: Count,
    /// Requests that were let in and done since the last look.
    at_once: Count,
    /// Requests that are done since the last look, the microseconds that they waited for their turns, and those that they took.
    done: Count,
    waits: Count,
    latencies: Count,
    /// The most in flight, by priority.
    caps: [usize; 3],
    /// The most that may keep it busy. Critical requests have no such bound.
    bounds: [Count; 3],
    memory: Arc<Pressure>,
    /// The number of the last look, its time in microseconds, and those between it and the one before.
    look: Count,
    clock_micros: Count,
    period_micros: Count,
    /// What a turn waits, and what a request does in all its turns.
    turn_micros: Count,
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

impl Worker {
    pub(super) fn new(config: &AdmissionConfig, memory: &Arc<Pressure>) -> Self {
        let most = config.max_in_flight;
        Self {
            in_flight: Count::default(),
            span: Count::default(),
            now: Count::default(),
            lately: Count::default(),
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
            self.admitted[number].increase();
            self.in_flight.increase();
            self.now.increase();
            let (span, look, began) = (self.span.get(), self.look.get(), self.clock_micros.get());
            let mut place = Place { worker: self, span, let_in: look, began, look, before: 0, waited: 0 };
            place.wait();
            return Ok(place);
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
        self.now.get() + self.lately.get() + self.at_once.get()
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

/// A request in flight. Its place is given back when this is dropped, so on every way out.
#[derive(Debug)]
pub(super) struct Place<'a> {
    worker: &'a Worker,
    /// The last span in which it was worked on.
    span: usize,
    /// The last look before it was let in, and its time in microseconds.
    let_in: usize,
    began: usize,
    /// The last look before it was worked on, and the microseconds that it had waited until then, and until now.
    look: usize,
    before: usize,
    waited: usize,
}

impl Place<'_> {
    /// It is worked on now.
    pub(super) fn work(&mut self) {
        self.wait();
        let span = self.worker.span.get();
        if self.span != span {
            if let Some(count) = self.count() {
                count.decrease();
            }
            self.span = span;
            self.worker.now.increase();
        }
    }

    /// It has waited for a turn: never longer between two looks than there was time.
    fn wait(&mut self) {
        let Worker { look, period_micros, turn_micros, .. } = self.worker;
        if self.look != look.get() {
            (self.look, self.before) = (look.get(), self.waited);
        }
        self.waited = (self.waited + turn_micros.get()).min(self.before + period_micros.get());
    }

    /// Where it counts as busy, if it does.
    fn count(&self) -> Option<&Count> {
        match self.worker.span.get().wrapping_sub(self.span) {
            0 => Some(&self.worker.now),
            1 => Some(&self.worker.lately),
            _ => None,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.worker.in_flight.decrease();
        self.worker.done.increase();
        self.worker.waits.add(self.waited);
        self.worker.latencies.add(self.worker.clock_micros.get().wrapping_sub(self.began));
        if let Some(count) = self.count() {
            count.decrease();
        }
        if self.let_in == self.worker.look.get() {
            self.worker.at_once.increase();
        }
    }
}

fn micros(micros: usize) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;

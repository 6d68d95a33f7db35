//! What one worker admits: its requests in flight, those that keep it busy, and the bounds of both.
//!
//! A request keeps its worker *busy* while it is worked on now and then: it counts for one to two [spans](super::probe) after
//! its last turn. Those that wait longer, for a service that hangs, count no more and take no place from others. One that is
//! done counts until the probe looks again, since the work that was done for it is what made others wait.
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
    /// Requests that are done since the last look.
    done: Count,
    /// The most in flight, by priority.
    caps: [usize; 3],
    /// The most that may keep it busy. Critical requests have no such bound.
    bounds: [Count; 3],
    memory: Arc<Pressure>,
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
            done: Count::default(),
            caps: [most, (most * 9).div_ceil(10), (most * 3).div_ceil(5)],
            bounds: [const { Count::new(usize::MAX) }; 3],
            memory: Arc::clone(memory),
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
            return Ok(Place { worker: self, span: self.span.get() });
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
        self.now.get() + self.lately.get() + self.done.get()
    }

    /// The probe has looked: what it found, and what holds from now on.
    pub(super) fn looked(&self, lag: Duration, bounds: Bounds) {
        self.done.set(0);
        self.lag_micros.set(usize::try_from(lag.as_micros()).unwrap_or(usize::MAX));
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

    pub(super) fn lag(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.lag_micros.get()).unwrap_or(u64::MAX))
    }

    pub(super) fn admitted(&self, priority: Priority) -> usize {
        self.admitted[priority as usize].get()
    }

    pub(super) fn refused(&self, priority: Priority, cause: Cause) -> usize {
        self.refused[priority as usize][cause as usize].get()
    }
}

/// A request in flight. Its place is given back when this is dropped, so on every way out.
#[derive(Debug)]
pub(super) struct Place<'a> {
    worker: &'a Worker,
    /// The last span in which it was worked on.
    span: usize,
}

impl Place<'_> {
    /// It is worked on now.
    pub(super) fn work(&mut self) {
        let span = self.worker.span.get();
        if self.span != span {
            if let Some(count) = self.count() {
                count.decrease();
            }
            self.span = span;
            self.worker.now.increase();
        }
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
        if let Some(count) = self.count() {
            count.decrease();
            self.worker.done.increase();
        }
    }
}

#[cfg(test)]
mod tests;

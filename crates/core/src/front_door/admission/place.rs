//! [`Place`]: a request in flight on its worker, and what it adds up.
//!
//! A request *waits* for each of its turns as long as the probe did for its last one, but no longer than there was time. All of
//! them together are the part of its latency that is the worker's own. That takes no look at the clock.

use super::{count::Count, worker::Worker};

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

impl<'a> Place<'a> {
    /// Of a request that was let in now.
    pub(super) fn of(worker: &'a Worker) -> Self {
        let (span, look, began) = (worker.span.get(), worker.look.get(), worker.clock_micros.get());
        let mut place = Self { worker, span, let_in: look, began, look, before: 0, waited: 0 };
        place.wait();
        place
    }

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

//! [`Place`]: a request in flight on its worker, and what it adds up.
//!
//! A request *waits* for each of its turns as long as the probe did for its last one, but no longer than there was time. All of
//! them together are the part of its latency that is the worker's own. That takes no look at the clock. Where requests line up for
//! their [turns](super::turns) it takes two for each turn, and is exact.

use std::{
    cmp::Reverse,
    task::{Context, Poll},
};

use tokio::time::Instant;

use super::{
    count::Count,
    turns::Rank,
    worker::{Worker, micros},
};
use crate::{context::Work, routes::Priority};

/// A request in flight. Its place is given back when this is dropped, so on every way out.
#[derive(Debug)]
pub(super) struct Place<'a> {
    worker: &'a Worker,
    priority: Priority,
    /// How many were let in before.
    number: usize,
    /// Whether it has been worked on.
    has_begun: bool,
    /// Where it stands in the line for its next turn, and since when.
    lined_up: Option<(Rank, Instant)>,
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
    pub(super) fn of(worker: &'a Worker, priority: Priority, number: usize) -> Self {
        let (span, look, began) = (worker.span.get(), worker.look.get(), worker.clock_micros.get());
        let (before, waited) = (0, 0);
        let mut place = Self {
            worker,
            priority,
            number,
            has_begun: false,
            lined_up: None,
            span,
            let_in: look,
            began,
            look,
            before,
            waited,
        };
        place.wait();
        place
    }

    /// Ready when it may be worked on.
    pub(super) fn begin_turn(&mut self, task: &Context<'_>, work: &Work) -> Poll<()> {
        let (turns, waker) = (&self.worker.turns, task.waker());
        match self.lined_up {
            Some((rank, since)) => {
                if turns.waits(rank, waker) {
                    return Poll::Pending;
                }
                self.come_out(since);
            }
            None if turns.are_ordered() && !self.may_begin() => {
                let (rank, now) = (self.rank(work), Instant::now());
                if !turns.take(rank, waker, now) {
                    self.line_up(rank, now);
                    return Poll::Pending;
                }
            }
            None => {}
        }
        self.has_begun = true;
        self.work();
        work.begin_turn(micros(self.waited), self.worker.lags());
        Poll::Ready(())
    }

    /// It has been worked on.
    pub(super) fn end_turn(&self, work: &Work) {
        if work.end_turn() {
            self.worker.took_long();
        }
        if self.worker.turns.are_ordered() {
            self.worker.turns.ended(Instant::now());
        }
    }

    /// Whether its first turn is now, whoever waits: that is short, and what it asks for is on its way while the worker works
    /// on others. If it waited for all of them, the worker would then wait for it. No more than the limit begin like this.
    fn may_begin(&self) -> bool {
        !self.has_begun && self.worker.limit().is_some()
    }

    fn rank(&self, work: &Work) -> Rank {
        let later = usize::try_from(work.handicap()).unwrap_or(usize::MAX);
        (self.priority, self.number.saturating_add(later), Reverse(self.number))
    }

    fn line_up(&mut self, rank: Rank, now: Instant) {
        if let Some(count) = self.count() {
            count.decrease();
        }
        self.lined_up = Some((rank, now));
        self.worker.lined_up.increase();
    }

    fn come_out(&mut self, since: Instant) {
        let waited = usize::try_from(since.elapsed().as_micros()).unwrap_or(usize::MAX);
        self.before += waited;
        self.waited += waited;
        self.lined_up = None;
        self.worker.lined_up.decrease();
        self.span = self.worker.span.get();
        self.worker.now.increase();
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
            _ if self.lined_up.is_some() => Some(&self.worker.lined_up),
            0 => Some(&self.worker.now),
            1 => Some(&self.worker.lately),
            _ => None,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some((rank, _)) = self.lined_up {
            self.worker.turns.leave(rank);
        }
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

#[cfg(test)]
mod tests;

//! [`Turns`]: who is worked on next by a worker that lags.
//!
//! A runtime works on whatever became ready first. That is fair while there is little to do. With too much, a refusal waits behind
//! every screen that has a long list to decode, and each request that is let in makes all before it later. So while its worker
//! lags, or has long lists to decode, a request lines up for each of its turns, by priority and then by age: who was let in first
//! is done first. Who has used up much of a quota lets some go first that came later. A slice of turns is given out, then the
//! worker looks at its sockets and does all that takes no turn (it accepts, reads, refuses), and then comes the next slice.
//!
//! While a limit says how many there are, the [first turn](super::place) of each needs no place in the line: it calls services,
//! which then answer while the worker works on others. If it came last, all would wait for their services together, and then for
//! the worker together: a convoy, in which the worker idles a tenth of the time with more to do than it can.
//!
//! What it does not do: a turn ends when the request next waits for something. Nobody is interrupted.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    future::poll_fn,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::time::Instant;

use crate::routes::Priority;

/// Turns are given out for so long between two looks at the sockets: one long turn, or many short ones, for which a look each
/// would cost more than they do.
const SLICE: Duration = Duration::from_micros(500);

/// Where a request stands in the line: by its priority, then by how many were let in before it and how many more it lets go first.
/// Where that is the same it lets the later one go first.
pub(super) type Rank = (Priority, usize, Reverse<usize>);

/// The line of one worker. Written by its own thread alone.
#[derive(Debug, Default)]
pub(super) struct Turns {
    are_ordered: AtomicBool,
    line: Mutex<Line>,
}

#[derive(Debug, Default)]
struct Line {
    waiting: BTreeMap<Rank, Waker>,
    /// Whoever gives out turns, while nobody waits for one.
    giver: Option<Waker>,
    /// The end of the present slice.
    until: Option<Instant>,
}

impl Turns {
    /// Whether requests line up for their turns.
    pub(super) fn are_ordered(&self) -> bool {
        self.are_ordered.load(Relaxed)
    }

    /// Has requests line up from now on, or no longer: then all who wait may go on.
    pub(super) fn order(&self, are_ordered: bool) {
        self.are_ordered.store(are_ordered, Relaxed);
        if !are_ordered {
            let waiting = std::mem::take(&mut self.line().waiting);
            waiting.into_values().for_each(Waker::wake);
        }
    }

    /// Whether it is this one's turn at once. Otherwise it stands in the line.
    pub(super) fn take(&self, rank: Rank, waker: &Waker, now: Instant) -> bool {
        let mut line = self.line();
        if line.waiting.is_empty() && line.until.is_some_and(|until| now < until) {
            return true;
        }
        line.waiting.insert(rank, waker.clone());
        let giver = line.giver.take();
        drop(line);
        giver.into_iter().for_each(Waker::wake);
        false
    }

    /// Whether it still waits for its turn. It is woken by what woke it last.
    pub(super) fn waits(&self, rank: Rank, waker: &Waker) -> bool {
        self.line().waiting.get_mut(&rank).map(|kept| kept.clone_from(waker)).is_some()
    }

    /// It is gone.
    pub(super) fn leave(&self, rank: Rank) {
        self.line().waiting.remove(&rank);
    }

    /// A turn is over: the next one begins, if the slice is long enough.
    pub(super) fn ended(&self, now: Instant) {
        let mut line = self.line();
        let next = line.until.filter(|until| now < *until).and_then(|_| line.waiting.pop_first());
        drop(line);
        wake(next);
    }

    /// Gives out turns, for as long as it is polled. To be a task of the worker's own.
    pub(super) async fn give_out(&self) {
        loop {
            poll_fn(|context| self.poll_asked(context)).await;
            // Ends when the sockets have been looked at; what they brought is done before what is woken now.
            tokio::task::yield_now().await;
            self.begin(Instant::now());
        }
    }

    /// A slice begins, with the turn of the first.
    pub(super) fn begin(&self, now: Instant) {
        let mut line = self.line();
        line.until = Some(now + SLICE);
        let next = line.waiting.pop_first();
        drop(line);
        wake(next);
    }

    fn poll_asked(&self, context: &Context<'_>) -> Poll<()> {
        let mut line = self.line();
        if line.waiting.is_empty() {
            line.giver = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(next: Option<(Rank, Waker)>) {
    if let Some((_, waker)) = next {
        waker.wake();
    }
}

#[cfg(test)]
mod tests;

//! [`Schedule`]: a small executor that asks its tape what comes next: who is polled, which answer is made and which comes in,
//! who leaves, how time passes.

mod ask;
mod deeds;
mod end;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Wake, Waker},
};

use super::{stage::Stage, tape::Tape};
use crate::{call::BoxFuture, context::RequestContext};

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Whoever works in the background does so.
    Turn,
    /// Somebody asks.
    Ask,
    /// A call that was woken, or is new, is polled.
    Poll,
    /// A call is polled that was not woken.
    Nudge,
    /// The service makes up its mind.
    Compute,
    /// Its answer comes in.
    Deliver,
    /// Time passes.
    Wait,
    /// Somebody leaves.
    Leave,
    /// All that is kept ends.
    EndAll,
}

/// How often.
const DEEDS: [(Deed, usize); 9] = [
    (Deed::Turn, 10),
    (Deed::Ask, 20),
    (Deed::Poll, 26),
    (Deed::Compute, 16),
    (Deed::Deliver, 16),
    (Deed::Wait, 7),
    (Deed::Leave, 3),
    (Deed::Nudge, 2),
    (Deed::EndAll, 1),
];

/// The most calls at the same time.
const MOST: usize = 6;

/// A call that somebody waits for.
struct Live {
    call: usize,
    caller: usize,
    request: usize,
    context: RequestContext,
    future: BoxFuture<()>,
    flag: Arc<Flag>,
    waker: Waker,
}

/// Whether a call wants to be polled.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

/// One history while it runs.
pub(super) struct Schedule<'a> {
    stage: &'a Stage<'a>,
    tape: &'a mut Tape,
    live: Vec<Live>,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(stage: &'a Stage<'a>, tape: &'a mut Tape) -> Self {
        Self { stage, tape, live: Vec::with_capacity(MOST) }
    }

    /// Runs it to its end, or to the first thing that must not be. Says how many choices of what comes next it took.
    pub(super) async fn run(&mut self) -> u64 {
        let most = 20 + self.tape.below(41) as u64;
        for done in 0..most {
            if !self.tape.step() {
                break;
            }
            let deed = self.next();
            self.perform(deed).await;
            if self.is_broken() {
                return done + 1;
            }
        }
        self.finish().await;
        most
    }

    fn is_broken(&self) -> bool {
        self.stage.record.lock().breach.is_some()
    }

    fn next(&mut self) -> Deed {
        let mut choice = self.tape.below(DEEDS.iter().map(|(_, times)| times).sum());
        for (deed, times) in DEEDS {
            match choice.checked_sub(times) {
                Some(rest) => choice = rest,
                None => return deed,
            }
        }
        Deed::Turn
    }

    /// Does it, or what can be done instead.
    async fn perform(&mut self, deed: Deed) {
        let is_done = match deed {
            Deed::Turn => self.turn().await,
            Deed::Ask => self.ask(),
            Deed::Poll => self.poll(false),
            Deed::Nudge => self.poll(true),
            Deed::Compute => self.compute(),
            Deed::Deliver => self.deliver(),
            Deed::Wait => self.wait().await,
            Deed::Leave => self.leave(),
            Deed::EndAll => self.end_all(),
        };
        if !(is_done || self.poll(false) || self.deliver() || self.compute() || self.ask()) {
            self.turn().await;
        }
    }
}

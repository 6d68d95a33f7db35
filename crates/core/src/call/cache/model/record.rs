//! [`Record`]: all that has happened in a history, in its order. The law is read against it.

mod called;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::time::Instant;

pub(super) use self::called::{Called, Kind, Said, Sending, Sent};
use super::{
    batched::Keys,
    cast::{Cast, Whose},
    fault::Hunt,
    law::{Breach, Law, Via},
    says::Says,
};
use crate::context::Inner;

/// What happened when, by number: no two things happen at once.
pub(super) type Event = u32;

#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) event: Event,
    pub(super) time: Instant,
}

/// All that has happened in a history.
pub(super) struct Record {
    pub(super) cast: Cast,
    pub(super) hunt: Hunt,
    pub(super) calls: Vec<Called>,
    pub(super) sent: Vec<Sent>,
    /// Whether anything holds a request still.
    pub(super) requests: Vec<Weak<Inner>>,
    /// When which write ended, or everything at once.
    pub(super) ends: Vec<(Event, Option<usize>)>,
    /// The first thing that must not be.
    pub(super) breach: Option<Breach>,
    /// How answers came about.
    pub(super) ways: [u64; Via::COUNT],
    pub(super) settled: Event,
    events: Event,
    pub(super) began: Instant,
    /// What is told of it, where somebody wants to read it.
    pub(super) story: Option<Vec<String>>,
}

/// What the caller, the service and the law have of it.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Record>>);

impl Shared {
    pub(super) fn new(cast: Cast, hunt: Hunt, is_told: bool) -> Self {
        Self(Arc::new(Mutex::new(Record {
            cast,
            hunt,
            calls: Vec::with_capacity(16),
            sent: Vec::with_capacity(16),
            requests: Vec::with_capacity(16),
            ends: Vec::new(),
            breach: None,
            ways: Default::default(),
            settled: 0,
            events: 0,
            began: Instant::now(),
            story: is_told.then(Vec::new),
        })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// The next event, at this time.
    pub(super) fn moment(&mut self) -> Moment {
        self.events += 1;
        Moment { event: self.events, time: Instant::now() }
    }

    /// Whoever works in the background has done so.
    pub(super) fn settle(&mut self) {
        self.settled = self.events;
        if let Some(number) = (0..self.sent.len()).find(|number| self.is_for_nobody(*number)) {
            self.break_law(Law::Left, format_args!("#{number} goes on when nobody waits for it"));
        }
    }

    /// Whose the answer of a call is.
    pub(super) fn whose(&self, call: usize) -> Whose {
        let Called { caller, resource, kind, .. } = self.calls[call];
        let public = kind.is_read() && self.cast.resources[resource].public;
        (!public).then_some(caller)
    }

    /// Something that must not be. Only the first of what is looked for counts.
    pub(super) fn break_law(&mut self, law: Law, what: impl fmt::Display) {
        if self.breach.is_none() && self.hunt.laws.contains(&law) {
            self.breach = Some(Breach { law, what: what.to_string() });
            self.tell(|_| format!("   ! {what}"));
        }
    }

    /// Writes that have ended between two events and that end what somebody has of a resource.
    pub(super) fn was_ended(
        &self,
        resource: usize,
        whose: Whose,
        after: Event,
        before: Event,
    ) -> Option<Event> {
        let in_time = |at: Event| after < at && at < before;
        let ended =
            self.ends.iter().find(|(at, write)| in_time(*at) && self.does_end(*write, resource, whose));
        ended.map(|(at, _)| *at)
    }

    /// Whether a write ends what somebody has of a resource.
    pub(super) fn does_end(&self, write: Option<usize>, resource: usize, whose: Whose) -> bool {
        let Some(write) = write else { return true };
        let Called { caller, resource: written, kind: Kind::Write { ends, .. }, .. } = self.calls[write]
        else {
            return false;
        };
        let service = self.cast.resources[written].service;
        self.cast.resources[resource].is_ended_by(caller, service, ends, whose)
    }

    /// What an answer has said of keeping it, and what holds since it was said to be still right: by which call, and on which
    /// terms. Which of several is kept depends on who asked, so each of them may hold.
    pub(super) fn proofs(&self, answer: usize) -> Vec<(usize, Says)> {
        let mut proofs: Vec<(usize, Says)> = Vec::new();
        for (number, sent) in self.sent.iter().enumerate().skip(answer) {
            match sent.computed.filter(|_| sent.received.is_some()) {
                Some((_, Said::Whole { says, .. })) if number == answer => proofs.push((number, says)),
                Some((_, Said::Unchanged { of, says: by })) if of == answer => {
                    let renewed: Vec<_> = proofs.iter().map(|(_, says)| (number, says.renewed(by))).collect();
                    for proof in renewed {
                        if !proofs.contains(&proof) {
                            proofs.push(proof);
                        }
                    }
                }
                _ => {}
            }
        }
        proofs
    }

    /// The keys that an answer lacks.
    pub(super) fn lacks(&self, answer: usize) -> Keys {
        match self.sent.get(answer).and_then(|sent| sent.computed) {
            Some((_, Said::Whole { lacks, .. })) => lacks,
            _ => 0,
        }
    }
}

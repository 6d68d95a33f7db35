//! What happened in a request: its sections, the calls that filled them, each attempt on a service, and what policies decided.
//!
//! Told once, where it happens, and read once, when the reply is ready: by the line of the request, by `Server-Timing` and by
//! the trace. Sections are always told. Calls, attempts and events only where somebody may ask, since each costs a record.

mod here;
mod notes;
mod record;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

pub(crate) use self::{
    here::{In, section_here},
    notes::{Note, Notes},
    record::{
        AttemptEnd, AttemptRecord, AttemptWire, CallId, CallRecord, Ended, Event, EventRecord,
        SectionOutcome, SectionRecord,
    },
};

/// The most calls of a request that are told of; a fan-out over more items loses the rest, and nothing else.
const MOST_CALLS: usize = 256;

/// The most attempts and the most events.
const MOST_RECORDS: usize = 1024;

/// What happened in one request so far.
#[derive(Debug)]
pub(crate) struct Story {
    /// Whether calls, attempts and events are told too.
    whole: bool,
    told: Mutex<Told>,
}

/// What was told, each list in the order of its ends but for calls, which are in that of their beginnings.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) sections: Vec<SectionRecord>,
    pub(crate) calls: Vec<CallRecord>,
    pub(crate) attempts: Vec<AttemptRecord>,
    pub(crate) events: Vec<EventRecord>,
    /// Records for which there was no room.
    pub(crate) left_out: u32,
}

impl Story {
    /// Nothing has happened yet. `whole` tells of calls, attempts and events too.
    pub(crate) fn new(whole: bool) -> Self {
        Self { whole, told: Mutex::default() }
    }

    pub(crate) fn section(&self, section: SectionRecord) {
        self.lock().sections.push(section);
    }

    /// A call begins, for the section whose future is being polled.
    pub(crate) fn call(&self, service: &'static str, operation: &'static str, now: Instant) -> CallId {
        if !self.whole {
            return CallId::NONE;
        }
        let mut told = self.lock();
        if told.calls.len() == MOST_CALLS {
            told.left_out += 1;
            return CallId::NONE;
        }
        if told.calls.is_empty() {
            // A screen has a handful: one allocation each, not one for each doubling.
            told.calls.reserve(8);
            told.attempts.reserve(8);
        }
        told.calls.push(CallRecord { service, operation, section: section_here(), began: now, ended: None });
        CallId::of(told.calls.len() - 1)
    }

    /// The call has ended.
    pub(crate) fn call_ended(&self, call: CallId, end: Ended, now: Instant) {
        let Some(place) = call.place() else { return };
        if let Some(call) = self.lock().calls.get_mut(place) {
            call.ended = Some((end, now));
        }
    }

    pub(crate) fn attempt(&self, attempt: AttemptRecord) {
        if attempt.call.place().is_none() {
            return;
        }
        let mut told = self.lock();
        if told.attempts.len() < MOST_RECORDS {
            told.attempts.push(attempt);
        } else {
            told.left_out += 1;
        }
    }

    /// A policy has decided something: about a call, or about the request ([`CallId::NONE`]).
    pub(crate) fn event(&self, call: CallId, event: Event, now: Instant) {
        if !self.whole {
            return;
        }
        let mut told = self.lock();
        if told.events.len() < MOST_RECORDS {
            told.events.push(EventRecord { call, event, at: now });
        } else {
            told.left_out += 1;
        }
    }

    /// Whether calls, attempts and events are told.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Reads what was told so far.
    pub(crate) fn read<R>(&self, reader: impl FnOnce(&Told) -> R) -> R {
        reader(&self.lock())
    }

    /// Takes it: a call that goes on without its request is told to nobody.
    pub(crate) fn take(&self) -> Told {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_know_their_section_and_their_end() {
        let (story, began) = (Story::new(true), Instant::now());
        let handlers = story.call("users", "users.me", began);
        let calls = Box::pin(async { story.call("orders", "orders.recent", began) });
        let (place, sections) = In::section(3, calls).await;
        assert_eq!(place, 3);
        story.call_ended(sections, Ended::Answered, began);
        story.event(sections, Event::Coalesced, began);
        let told = story.take();
        assert_eq!(told.calls[handlers.place().expect("told")].section, None);
        assert_eq!(told.calls[sections.place().expect("told")].section, Some(3));
        assert_eq!(told.calls[1].ended, Some((Ended::Answered, began)));
        assert_eq!(told.events.len(), 1);
        assert_eq!(story.take().calls.len(), 0, "it is read once");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_but_sections_is_told_where_nobody_asks() {
        let (story, now) = (Story::new(false), Instant::now());
        let call = story.call("users", "users.me", now);
        assert_eq!(call.place(), None);
        story.event(call, Event::Coalesced, now);
        story.call_ended(call, Ended::Cancelled, now);
        let told = story.take();
        assert!(told.calls.is_empty() && told.events.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_fan_out_without_end_takes_no_memory_without_end() {
        let (story, now) = (Story::new(true), Instant::now());
        let last = (0..2000).map(|_| story.call("users", "users.me", now)).last();
        for _ in 0..2000 {
            story.event(CallId::NONE, Event::Coalesced, now);
        }
        let told = story.take();
        assert_eq!((told.calls.len(), told.events.len()), (MOST_CALLS, MOST_RECORDS));
        assert_eq!(last.and_then(CallId::place), None);
        assert_eq!(told.left_out as usize, 4000 - MOST_CALLS - MOST_RECORDS);
    }
}

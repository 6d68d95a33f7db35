//! What is known of a call: as its caller made it, and as it reached the service.

use std::task::Waker;

use tokio::time::Instant;

use super::{
    super::{
        super::keeping::Ends,
        batched::{Key, Keys},
        cast::Whose,
        law::Got,
        says::Says,
    },
    Event, Moment,
};
use crate::call::Reason;

/// A call that somebody made.
#[derive(Debug, Clone)]
pub(in super::super) struct Called {
    pub(in super::super) request: usize,
    pub(in super::super) caller: usize,
    pub(in super::super) resource: usize,
    pub(in super::super) kind: Kind,
    /// When it was polled first.
    pub(in super::super) began: Option<Moment>,
    /// When it must be over.
    pub(in super::super) deadline: Option<Instant>,
    /// Up to which event nothing was left to do in the background when it began.
    pub(in super::super) settled: Event,
    /// Whether it is answered or dropped.
    pub(in super::super) is_over: bool,
    pub(in super::super) got: Option<Got>,
    /// The call for all keys that a call for one key has become part of.
    pub(in super::super) part_of: Option<usize>,
}

impl Called {
    /// Whether it got a stale answer while a fresh one was to be fetched.
    pub(in super::super) fn revalidates(&self) -> bool {
        let Some(Got::Answer { stale: Some((failure, _)), .. }) = &self.got else { return false };
        failure.reason == Reason::Revalidating
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Read,
    /// One key, which goes out with others.
    Key(Key),
    /// All keys that are asked for at once.
    Many(Keys),
    Write {
        sent: Sending,
        ends: &'static [Ends],
    },
}

impl Kind {
    pub(in super::super) fn is_read(self) -> bool {
        !matches!(self, Self::Write { .. })
    }
}

/// How a write is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Sending {
    Once,
    Idempotent,
    Keyed(usize),
}

/// A call that has reached the service.
#[derive(Debug)]
pub(in super::super) struct Sent {
    /// The one that leads it.
    pub(in super::super) call: usize,
    pub(in super::super) request: usize,
    /// As whom it was sent.
    pub(in super::super) whose: Whose,
    pub(in super::super) resource: usize,
    pub(in super::super) kind: Kind,
    pub(in super::super) arrived: Event,
    /// From when its age counts.
    pub(in super::super) asked: Instant,
    /// The answer for which it asks whether it is still right.
    pub(in super::super) unless: Option<usize>,
    /// When the service made up its mind, and what it then said.
    pub(in super::super) computed: Option<(Moment, Said)>,
    pub(in super::super) delivered: bool,
    /// When the answer got to the step above.
    pub(in super::super) received: Option<Moment>,
    /// When it was received, or given up.
    pub(in super::super) over: Option<Event>,
    pub(in super::super) waker: Option<Waker>,
}

/// What the service says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Said {
    /// An answer, which the client can use or can't, and the keys that it lacks of those that it was asked for.
    Whole {
        says: Says,
        usable: bool,
        lacks: Keys,
    },
    /// That an answer is still right.
    Unchanged {
        of: usize,
        says: Says,
    },
    Failure {
        reason: Reason,
        says: Says,
    },
}

//! [`Law`]: what must hold of every answer, and nothing of how that is done.

mod case;
mod flights;

use std::{fmt, time::Duration};

pub(super) use self::case::judge;
use crate::{
    call::{CallError, Outcome, Reason, Reply},
    freshness::Keep,
};

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Law {
    /// Never another caller's answer, nor what the service said to one request alone.
    OthersData,
    /// Never an answer that is older than its terms allow, or whose age is not its own, or that was refused since.
    Stale,
    /// Who asks after a write has ended gets no answer from before.
    LostWrite,
    /// What may not be kept, or can't be used, answers only who has waited for it.
    Unkept,
    /// A client is not told that it may keep a reply for longer than the answers in it are fresh.
    Told,
    /// Never two equal calls in flight, where the second one could have waited for the first.
    Twice,
    /// A call goes on as long as somebody waits for it, whoever has left.
    Left,
    /// Who asks gets an answer in time, and nothing is left over when all have theirs.
    Hang,
    /// Every answer and every failure comes from somewhere.
    Nowhere,
}

impl Law {
    pub(super) const ALL: &[Self] = &[
        Self::OthersData,
        Self::Stale,
        Self::LostWrite,
        Self::Unkept,
        Self::Told,
        Self::Twice,
        Self::Left,
        Self::Hang,
        Self::Nowhere,
    ];
}

/// A law that was broken, and how.
#[derive(Debug, Clone)]
pub(super) struct Breach {
    pub(super) law: Law,
    pub(super) what: String,
}

impl Breach {
    pub(super) fn of(law: Law, what: impl fmt::Display) -> Self {
        Self { law, what: what.to_string() }
    }
}

/// How an answer has come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Via {
    /// By a call of its own.
    Own,
    /// By somebody else's call that was in flight.
    Joined,
    /// By a call that said that what was kept is still right.
    Renewed,
    /// Kept, and fresh.
    Fresh,
    /// Kept, and used while a fresh one is fetched.
    Revalidating,
    /// Kept, and used since the service failed.
    IfError,
    /// "No such thing", kept.
    Missing,
    /// The service's failure.
    Failure,
    /// No answer in time.
    Timeout,
    /// Of a key, with others.
    Batched,
}

impl Via {
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Own,
        Self::Joined,
        Self::Renewed,
        Self::Fresh,
        Self::Revalidating,
        Self::IfError,
        Self::Missing,
        Self::Failure,
        Self::Timeout,
        Self::Batched,
    ];
    pub(super) const COUNT: usize = Self::Batched as usize + 1;
}

/// What a call came to.
#[derive(Debug, Clone)]
pub(super) enum Got {
    Answer { number: usize, usable: bool, stale: Option<(Failure, Duration)>, keep: Keep },
    Failure(Failure),
}

/// A failure, with the number of the call that it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    pub(super) number: Option<usize>,
}

impl Got {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let failure =
            |error: &CallError| Failure { reason: error.reason(), number: error.detail().parse().ok() };
        match outcome {
            Ok(Reply { body, keep, stale, .. }) => {
                let text = std::str::from_utf8(body).unwrap_or_default();
                let number = text.trim_start_matches('!').split(':').next().unwrap_or_default();
                let number = number.parse().unwrap_or(usize::MAX);
                let stale = stale.as_ref().map(|stale| (failure(&stale.error), stale.age));
                Self::Answer { number, usable: !text.starts_with('!'), stale, keep: *keep }
            }
            Err(error) => Self::Failure(failure(error)),
        }
    }
}

impl fmt::Display for Got {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { number, stale: None, .. } => write!(out, "gets the answer of #{number}"),
            Self::Answer { number, stale: Some((failure, age)), .. } => {
                write!(out, "gets the answer of #{number}, which is {age:?} old, because of {failure}")
            }
            Self::Failure(failure) => write!(out, "fails: {failure}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(out, "{} of #{number}", self.reason),
            None => write!(out, "{}", self.reason),
        }
    }
}

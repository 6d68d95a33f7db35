//! How long a reply may be used, and by whom.

#[cfg(test)]
mod tests;

use std::time::Duration;

/// What a client method declares about its replies. Nothing, where it is no method whose replies are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// How long they are fresh where the service doesn't say; at most [`Bounds::fresh_at_most`].
    pub(crate) fresh_for: Option<Duration>,
    /// How much longer they may be used while a fresh one is fetched, where the service doesn't say.
    pub(crate) while_revalidate: Option<Duration>,
    /// How much longer they stand in for a service that fails, where it doesn't say; at most [`Bounds::stale_if_error`].
    pub(crate) if_error: Option<Duration>,
}

/// The bounds that the configuration sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The most of a declared time of freshness. What the service says itself is not bound by it.
    pub(crate) fresh_at_most: Duration,
    /// How long a stale reply stands in for a service that fails: where nobody says, and at most.
    pub(crate) stale_if_error: Duration,
    /// The longest that "no such thing" is fresh.
    pub(crate) negative: Duration,
    /// By how much the time of freshness is shortened at most, so that replies which came together don't end together. In
    /// percent of what is left of it.
    pub(crate) jitter_percent: u32,
}

/// Whose the answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The caller's, found by who it is: a private cache.
    Caller,
    /// Everybody's, as the client method says: a shared cache.
    Everyone,
}

/// What may be done with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep(Terms),
    /// It is for the call that it answers.
    Unkept {
        /// Whether the service said `no-store`.
        no_store: bool,
    },
}

/// How long a reply may be used. All counts from the moment its age was 0, which may be before it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    /// How old it was when it arrived. Whoever keeps it adds the time since its request was *sent* (RFC 9111, 4.2.3).
    pub(crate) age: Duration,
    /// It is fresh while its age is less.
    pub(crate) fresh_for: Duration,
    /// From then on this much longer it may be used while a fresh one is fetched (RFC 5861, 3).
    pub(crate) while_revalidate: Duration,
    /// From the end of freshness, not of `while_revalidate`, this much longer it stands in for a service that fails (RFC
    /// 5861, 4).
    pub(crate) if_error: Duration,
}

/// What a kept reply is good for at some age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is the answer, for so much longer.
    Fresh { left: Duration },
    /// It is the answer, and a fresh one is fetched.
    Revalidate,
    /// It is the answer only if the service fails.
    IfError,
    /// It is no answer, unless the service says with a 304 that it still is.
    Dead,
}

impl Terms {
    /// What it is good for at this age.
    pub(crate) fn state(&self, age: Duration) -> State {
        match age.checked_sub(self.fresh_for) {
            None => State::Fresh { left: self.fresh_for.saturating_sub(age) },
            Some(stale) if stale < self.while_revalidate => State::Revalidate,
            Some(stale) if stale < self.if_error => State::IfError,
            Some(_) => State::Dead,
        }
    }
}

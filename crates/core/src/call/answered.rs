//! What a call came to: its answer, and what stood in for a service that gave none.

use std::time::Duration;

use super::{CallError, Reason, Stale};
use crate::plan::Made;

/// An answer. Where something stands in for the service's own reply, it says what and why, so that no section made of it
/// can pass for a whole one.
#[derive(Debug, Clone)]
pub(crate) struct Answered<T> {
    pub(crate) value: T,
    pub(crate) stand_in: Option<StandIn>,
    pub(crate) source: Source,
    /// The call that it is the answer of, where calls are noted.
    pub(crate) made: Option<Made>,
}

/// What an answer took. What is made of several took the most that one of them did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// No call.
    Nothing,
    /// A kept answer that is fresh.
    Kept,
    /// A service.
    Service,
}

/// What stands in for a service's own reply.
#[derive(Debug, Clone)]
pub(crate) struct StandIn {
    /// Why the service's own reply is missing.
    pub(crate) error: CallError,
    pub(crate) origin: Origin,
}

/// Where the value of a degraded section comes from; one that is `null` has none.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The default that the screen states.
    Default,
    /// The fallback that the configuration states.
    Config,
    /// What the service said before.
    Stale {
        /// How long ago.
        age: Duration,
    },
}

impl<T> Answered<T> {
    pub(crate) fn fresh(value: T) -> Self {
        Self { source: Source::Nothing, ..Self::of(value, None) }
    }

    pub(crate) fn of(value: T, stand_in: Option<StandIn>) -> Self {
        Self { value, stand_in, source: Source::Service, made: None }
    }

    /// The configuration's fallback.
    pub(super) fn standing_in(value: T, error: CallError) -> Self {
        Self::of(value, Some(StandIn { error, origin: Origin::Config }))
    }

    pub(super) fn map<U>(self, shape: impl FnOnce(T) -> U) -> Answered<U> {
        let (value, rest) = self.apart();
        rest.with(shape(value))
    }

    pub(super) fn try_map<U>(
        self,
        shape: impl FnOnce(T) -> Result<U, CallError>,
    ) -> Result<Answered<U>, CallError> {
        let (value, rest) = self.apart();
        rest.then(shape(value).map(Answered::fresh))
    }

    /// All but the value.
    pub(super) fn all_else(&self) -> Answered<()> {
        let Self { stand_in, source, made, .. } = self;
        Answered { value: (), stand_in: stand_in.clone(), source: *source, made: made.clone() }
    }

    /// The value, and all else.
    pub(super) fn apart(self) -> (T, Answered<()>) {
        let Self { value, stand_in, source, made } = self;
        (value, Answered { value: (), stand_in, source, made })
    }

    /// For plain code, which decides itself what a failure means.
    pub(super) fn own(self) -> Result<T, CallError> {
        if let Some(made) = &self.made {
            made.was_awaited();
        }
        self.stand_in.and_then(StandIn::failure).map_or(Ok(self.value), Err)
    }
}

impl Answered<()> {
    fn with<T>(self, value: T) -> Answered<T> {
        Answered { value, stand_in: self.stand_in, source: self.source, made: self.made }
    }

    /// What came of an answer, for which something may have stood in. If that is a failure, it is the service's: what a
    /// fallback leads to, such as "no such thing", is nothing that a service has said.
    pub(super) fn then<T>(self, next: Result<Answered<T>, CallError>) -> Result<Answered<T>, CallError> {
        let Self { stand_in, source, made, .. } = self;
        match next {
            Ok(next) => Ok(Answered {
                value: next.value,
                stand_in: stand_in.into_iter().chain(next.stand_in).reduce(StandIn::with),
                source: source.max(next.source),
                made: next.made.or(made),
            }),
            Err(error) => Err(stand_in.and_then(StandIn::failure).unwrap_or(error)),
        }
    }
}

impl StandIn {
    /// Of two that a value is made of the first is named, unless it hides a failure that the second one has. An age is that of
    /// the oldest.
    pub(super) fn with(self, second: Self) -> Self {
        let age = match (self.origin, second.origin) {
            (Origin::Stale { age }, Origin::Stale { age: other }) => Some(age.max(other)),
            _ => None,
        };
        let named = if self.is_allowed() && !second.is_allowed() { second } else { self };
        Self { origin: age.map_or(named.origin, |age| Origin::Stale { age }), ..named }
    }

    /// The failure for which it stands in.
    fn failure(self) -> Option<CallError> {
        (!self.is_allowed()).then_some(self.error)
    }

    /// Whether nothing has failed: the service lets what it said before be used while a fresh reply is fetched.
    fn is_allowed(&self) -> bool {
        self.error.reason() == Reason::Revalidating
    }
}

impl Stale {
    /// What it makes of the answer that is decoded from it.
    pub(super) fn of(self, operation: &'static str) -> StandIn {
        StandIn { error: self.error.of(operation), origin: Origin::Stale { age: self.age } }
    }
}

//! What a call came to: its answer, and what stood in for a service that gave none.

use super::CallError;
use crate::plan::Made;

/// An answer. Where a fallback of the configuration stands in for a service's reply, it says why, so that no section made
/// of it can pass for a whole one.
#[derive(Debug, Clone)]
pub(crate) struct Answered<T> {
    pub(crate) value: T,
    /// Why the service's own reply is missing.
    pub(crate) stands_in_for: Option<CallError>,
    /// The call that it is the answer of, where calls are noted.
    pub(crate) made: Option<Made>,
}

impl<T> Answered<T> {
    pub(crate) fn fresh(value: T) -> Self {
        Self { value, stands_in_for: None, made: None }
    }

    pub(super) fn standing_in(value: T, error: CallError) -> Self {
        Self { value, stands_in_for: Some(error), made: None }
    }

    pub(super) fn map<U>(self, shape: impl FnOnce(T) -> U) -> Answered<U> {
        Answered { value: shape(self.value), stands_in_for: self.stands_in_for, made: self.made }
    }

    pub(super) fn try_map<U>(
        self,
        shape: impl FnOnce(T) -> Result<U, CallError>,
    ) -> Result<Answered<U>, CallError> {
        let Self { value, stands_in_for, made } = self;
        Answered::made_of(stands_in_for, made, shape(value).map(Answered::fresh))
    }

    /// What came of an answer, for which something may have stood in. If that is a failure, it is the service's: what a
    /// fallback leads to, such as "no such thing", is nothing that a service has said.
    pub(super) fn made_of(
        stands_in_for: Option<CallError>,
        before: Option<Made>,
        next: Result<Self, CallError>,
    ) -> Result<Self, CallError> {
        match next {
            Ok(next) => Ok(Self {
                value: next.value,
                stands_in_for: stands_in_for.or(next.stands_in_for),
                made: next.made.or(before),
            }),
            Err(error) => Err(stands_in_for.unwrap_or(error)),
        }
    }

    /// For plain code, which decides itself what a failure means.
    pub(super) fn own(self) -> Result<T, CallError> {
        if let Some(made) = &self.made {
            made.was_awaited();
        }
        self.stands_in_for.map_or(Ok(self.value), Err)
    }
}

//! What a call came to: its answer, and what stood in for a service that gave none.

use super::CallError;

/// An answer. Where a fallback of the configuration stands in for a service's reply, it says why, so that no section made
/// of it can pass for a whole one.
#[derive(Debug, Clone)]
pub(crate) struct Answered<T> {
    pub(crate) value: T,
    /// Why the service's own reply is missing.
    pub(crate) stands_in_for: Option<CallError>,
}

impl<T> Answered<T> {
    pub(crate) fn fresh(value: T) -> Self {
        Self { value, stands_in_for: None }
    }

    pub(super) fn standing_in(value: T, error: CallError) -> Self {
        Self { value, stands_in_for: Some(error) }
    }

    pub(super) fn map<U>(self, shape: impl FnOnce(T) -> U) -> Answered<U> {
        Answered { value: shape(self.value), stands_in_for: self.stands_in_for }
    }

    pub(super) fn try_map<U>(
        self,
        shape: impl FnOnce(T) -> Result<U, CallError>,
    ) -> Result<Answered<U>, CallError> {
        let Self { value, stands_in_for } = self;
        Answered::made_of(stands_in_for, shape(value).map(Answered::fresh))
    }

    /// What came of an answer for which this one may have stood in. If that is a failure, it is the service's: what a
    /// fallback leads to, such as "no such thing", is nothing that a service has said.
    pub(super) fn made_of(
        stands_in_for: Option<CallError>,
        made: Result<Self, CallError>,
    ) -> Result<Self, CallError> {
        match (made, stands_in_for) {
            (Ok(made), Some(error)) => Ok(Self::standing_in(made.value, error)),
            (Err(_), Some(error)) => Err(error),
            (made, None) => made,
        }
    }

    /// For plain code, which decides itself what a failure means.
    pub(super) fn own(self) -> Result<T, CallError> {
        self.stands_in_for.map_or(Ok(self.value), Err)
    }
}

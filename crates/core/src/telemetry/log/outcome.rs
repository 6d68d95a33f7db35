//! What became of a request, in a word.

use crate::telemetry::{Finished, story::Told};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Whole,
    Degraded,
    Refused,
    Failed,
    Cancelled,
}

impl Outcome {
    #[cfg(test)]
    pub(super) const ALL: [Self; 5] =
        [Self::Whole, Self::Degraded, Self::Refused, Self::Failed, Self::Cancelled];

    pub(super) fn of(request: &Finished<'_>, told: &Told) -> Self {
        match request.status.map(|status| status.as_u16()) {
            None => Self::Cancelled,
            Some(500..) => Self::Failed,
            Some(400..) => Self::Refused,
            Some(_) if told.sections.iter().any(|section| section.reason.is_some()) => Self::Degraded,
            Some(_) => Self::Whole,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Degraded => "degraded",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) const fn level(self) -> &'static str {
        match self {
            Self::Failed => "ERROR",
            Self::Degraded => "WARN",
            Self::Whole | Self::Refused | Self::Cancelled => "INFO",
        }
    }
}

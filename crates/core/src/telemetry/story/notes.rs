//! What policies did for a section, in a word each.

use super::{CallId, Event, Told};

/// What a policy did for a section's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// Another attempt was made after one that failed.
    Retried,
    /// A second attempt was sent beside a slow one.
    Hedged,
    /// A breaker was open: nothing was sent.
    Breaker,
    /// It waited for the same call of somebody else.
    Coalesced,
    /// It waited for a place at the service, or got none.
    Queued,
}

impl Note {
    /// Every note, in the order in which they are told.
    pub(crate) const ALL: [Self; 5] =
        [Self::Retried, Self::Hedged, Self::Breaker, Self::Coalesced, Self::Queued];

    /// As the log and `Server-Timing` say it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Retried => "retried",
            Self::Hedged => "hedged",
            Self::Breaker => "breaker",
            Self::Coalesced => "coalesced",
            Self::Queued => "queued",
        }
    }

    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Retry { .. } => Some(Self::Retried),
            Event::Hedged => Some(Self::Hedged),
            Event::BreakerOpen => Some(Self::Breaker),
            Event::Coalesced => Some(Self::Coalesced),
            Event::BulkheadWaited { .. } | Event::BulkheadFull => Some(Self::Queued),
            Event::CacheHit
            | Event::Revalidating { .. }
            | Event::StaleIfError { .. }
            | Event::NoRetry { .. }
            | Event::HedgeWon
            | Event::Fallback { .. }
            | Event::RateLimited { .. }
            | Event::Shed { .. } => None,
        }
    }
}

/// Some notes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Notes(u8);

impl Notes {
    /// Those of the section at this place of its screen.
    pub(crate) fn of_section(told: &Told, place: u16) -> Self {
        let belongs = |call: CallId| {
            let call = call.place().and_then(|at| told.calls.get(at));
            call.is_some_and(|call| call.section == Some(place))
        };
        let events = told.events.iter().filter(|record| belongs(record.call));
        let notes = events.filter_map(|record| Note::of(&record.event));
        Self(notes.fold(0, |bits, note| bits | 1 << note as u8))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Note> {
        Note::ALL.into_iter().filter(move |note| self.0 & (1 << *note as u8) != 0)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::telemetry::story::{In, Story};

    #[tokio::test(start_paused = true)]
    async fn notes_are_of_the_section_whose_call_it_was() {
        let (story, now) = (Story::new(true), Instant::now());
        for (place, events) in [(1, vec![Event::Hedged, Event::BreakerOpen, Event::Hedged]), (2, vec![])] {
            let call = Box::pin(async { story.call("orders", "orders.recent", now) });
            let (_, call) = In::section(place, call).await;
            for event in events {
                story.event(call, event, now);
            }
        }
        story.event(CallId::NONE, Event::Coalesced, now);
        let told = story.take();
        let notes: Vec<_> = Notes::of_section(&told, 1).iter().collect();
        assert_eq!(notes, [Note::Hedged, Note::Breaker]);
        assert!(Notes::of_section(&told, 2).is_empty() && Notes::of_section(&told, 0).is_empty());
    }
}

//! What a policy decided, as an event.

use opentelemetry_proto::tonic::trace::v1::span;

use super::{
    super::{
        attributes::{Attributes, Said},
        catalogue::{
            AGE, ATTEMPT, BREAKER_OPEN, BULKHEAD_FULL, BULKHEAD_WAITED, CACHE_HIT, COALESCED, EventSort,
            FALLBACK, HEDGE_WON, HEDGED, NO_RETRY, PAUSE, POLICY, RATE_LIMITED, REASON, RETRY, REVALIDATING,
            SHED, STALE_IF_ERROR, WAITED, WHY,
        },
        clock::Clock,
    },
    event_of,
};
use crate::telemetry::story::{Event, EventRecord};

pub(super) fn event(record: &EventRecord, clock: &Clock) -> span::Event {
    let sort = sort(&record.event);
    let mut attributes = Attributes::new(sort.attributes);
    match &record.event {
        Event::CacheHit
        | Event::Coalesced
        | Event::Hedged
        | Event::HedgeWon
        | Event::BreakerOpen
        | Event::BulkheadFull => {}
        Event::Revalidating { age } => attributes.say(&AGE, *age),
        Event::StaleIfError { age, reason } => {
            attributes.say(&AGE, *age);
            attributes.say(&REASON, reason.as_str());
        }
        Event::Retry { attempt, pause, reason } => {
            attributes.say(&ATTEMPT, *attempt + 1);
            attributes.say(&PAUSE, *pause);
            attributes.say(&REASON, reason.as_str());
        }
        Event::NoRetry { reason, why } => {
            attributes.say(&REASON, reason.as_str());
            attributes.say(&WHY, *why);
        }
        Event::BulkheadWaited { waited } => attributes.say(&WAITED, *waited),
        Event::Fallback { reason } => attributes.say(&REASON, reason.as_str()),
        Event::RateLimited { policy } => attributes.say(&POLICY, Said::Text(policy)),
        Event::Shed { reason } => attributes.say(&WHY, *reason),
    }
    event_of(record.event.name(), record.at, clock, attributes)
}

pub(super) fn sort(event: &Event) -> &'static EventSort {
    match event {
        Event::CacheHit => &CACHE_HIT,
        Event::Revalidating { .. } => &REVALIDATING,
        Event::StaleIfError { .. } => &STALE_IF_ERROR,
        Event::Coalesced => &COALESCED,
        Event::Retry { .. } => &RETRY,
        Event::NoRetry { .. } => &NO_RETRY,
        Event::Hedged => &HEDGED,
        Event::HedgeWon => &HEDGE_WON,
        Event::BreakerOpen => &BREAKER_OPEN,
        Event::BulkheadWaited { .. } => &BULKHEAD_WAITED,
        Event::BulkheadFull => &BULKHEAD_FULL,
        Event::Fallback { .. } => &FALLBACK,
        Event::RateLimited { .. } => &RATE_LIMITED,
        Event::Shed { .. } => &SHED,
    }
}

//! Requests that are kept, for unit tests.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use tokio::time::Instant;

use super::kept::{Kept, Why};
use crate::{
    auth::Policy,
    call::Reason,
    routes::RouteInfo,
    telemetry::{
        story::{CallId, Event, SectionOutcome, SectionRecord, Story, Told},
        trace::TraceContext,
    },
};

/// A request with so many sections.
pub(super) fn kept(sections: u16) -> Kept {
    let story = Story::new(true);
    (0..sections).for_each(|place| story.section(section(place, SectionOutcome::Fresh)));
    of(story.take())
}

pub(super) fn of(told: Told) -> Kept {
    Kept {
        trace: TraceContext::for_test(),
        request_id: HeaderValue::from_static("request-1"),
        route: RouteInfo::for_test("/orders/{id}", Policy::public()),
        method: Method::GET,
        status: Some(StatusCode::OK),
        code: None,
        why: Why::Sampled,
        began: Instant::now(),
        ended: Instant::now(),
        told,
    }
}

pub(super) fn section(place: u16, outcome: SectionOutcome) -> SectionRecord {
    let (reason, detail) = (None, None);
    let (began, elapsed) = (Instant::now(), Duration::from_millis(1));
    SectionRecord { name: format!("s{place}").into(), place, outcome, reason, detail, began, elapsed }
}

/// One of each, about the request.
pub(super) fn every_event() -> Vec<Event> {
    let (age, reason) = (Duration::from_secs(3), Reason::Timeout);
    vec![
        Event::CacheHit,
        Event::Revalidating { age },
        Event::StaleIfError { age, reason },
        Event::Coalesced,
        Event::Retry { attempt: 1, pause: age, reason },
        Event::NoRetry { reason, why: "budget" },
        Event::Hedged,
        Event::HedgeWon,
        Event::BreakerOpen,
        Event::BulkheadWaited { waited: age },
        Event::BulkheadFull,
        Event::Fallback { reason },
        Event::RateLimited { policy: "caller".to_owned() },
        Event::Shed { reason: "lag" },
    ]
}

/// A story with all events, about no call.
pub(super) fn eventful() -> Told {
    let story = Story::new(true);
    for event in every_event() {
        story.event(CallId::NONE, event, Instant::now());
    }
    story.take()
}

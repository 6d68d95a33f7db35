//! The tree of a story, and that nothing is on it which the catalogue has not.

use std::collections::BTreeSet;

use http::Method;

use super::{
    super::{
        catalogue::{ATTRIBUTES, EVENTS, SPANS},
        testing::{eventful, every_event, kept, of, section},
    },
    *,
};
use crate::{
    call::Reason,
    telemetry::story::{AttemptEnd, AttemptRecord, AttemptWire, CallId, Ended, SectionOutcome, Story},
};

fn attempt(call: CallId, span: u64, end: AttemptEnd) -> AttemptRecord {
    let (began, ended) = (Instant::now(), Instant::now());
    AttemptRecord {
        call,
        number: 1,
        span,
        endpoint: None,
        wire: AttemptWire::Http(Method::GET),
        began,
        ended,
        end,
    }
}

fn error_of(span: &Span) -> bool {
    span.status.as_ref().is_some_and(|status| status.code == i32::from(StatusCode::Error))
}

#[tokio::test]
async fn spans_stand_below_what_they_are_for() {
    let (story, now) = (Story::new(true), Instant::now());
    story.section(section(0, SectionOutcome::Fresh));
    let call = story.call("users", "users.me", now);
    story.attempt(attempt(call, 7, AttemptEnd::Answered { status: 200 }));
    story.attempt(attempt(call, 8, AttemptEnd::Cancelled));
    story.event(call, crate::telemetry::story::Event::Hedged, now);
    story.call_ended(call, Ended::Answered, now);
    let kept = of(story.take());
    let spans = spans(&kept, &Clock::now());
    assert_eq!(spans.len(), kept.spans());
    let [request, section, call, first, second] = &spans[..] else { panic!("{} spans", spans.len()) };
    assert_eq!(request.span_id, kept.trace.span().to_be_bytes());
    assert!(request.parent_span_id.is_empty());
    assert_eq!((&section.parent_span_id, &call.parent_span_id), (&request.span_id, &request.span_id));
    assert_eq!((&first.parent_span_id, &second.parent_span_id), (&call.span_id, &call.span_id));
    assert_eq!(
        (&first.span_id[..], &second.span_id[..]),
        (&7_u64.to_be_bytes()[..], &8_u64.to_be_bytes()[..])
    );
    assert_eq!((request.events.len(), call.events.len()), (0, 1));
    assert!(spans.iter().all(|span| span.trace_id == request.trace_id && !error_of(span)));
    let ids: BTreeSet<_> = spans.iter().map(|span| &span.span_id).collect();
    assert_eq!(ids.len(), spans.len());
}

#[tokio::test]
async fn what_fails_is_an_error_and_what_is_given_up_is_none() {
    let (story, now) = (Story::new(true), Instant::now());
    let calls: Vec<_> = (0..3).map(|_| story.call("users", "users.me", now)).collect();
    story.call_ended(calls[0], Ended::Failed(Reason::NotFound), now);
    story.call_ended(calls[1], Ended::Cancelled, now);
    let failed = AttemptEnd::Failed { reason: Reason::NotFound, status: Some(404) };
    story.attempt(attempt(calls[0], 1, failed));
    story.attempt(attempt(calls[1], 2, AttemptEnd::Cancelled));
    let spans = spans(&of(story.take()), &Clock::now());
    assert_eq!(spans.iter().map(error_of).collect::<Vec<_>>(), [false, true, false, false, true, false]);
}

#[tokio::test]
async fn every_event_is_in_the_catalogue_under_its_name() {
    let spans = spans(&of(eventful()), &Clock::now());
    let names: Vec<_> = spans[0].events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, EVENTS.iter().map(|sort| sort.name).collect::<Vec<_>>());
    for (event, sort) in every_event().iter().zip(EVENTS) {
        assert_eq!((event.name(), event::sort(event).name), (sort.name, sort.name));
    }
    for (event, sort) in spans[0].events.iter().zip(EVENTS) {
        let said: Vec<_> = event.attributes.iter().map(|pair| pair.key.as_str()).collect();
        assert_eq!(said, sort.attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>());
    }
}

#[test]
fn the_catalogue_has_no_name_twice_and_nothing_that_is_nowhere() {
    let names: BTreeSet<_> = ATTRIBUTES.iter().map(|attribute| attribute.name).collect();
    assert_eq!(names.len(), ATTRIBUTES.len());
    let of_spans = SPANS.iter().flat_map(|sort| sort.attributes);
    let used: BTreeSet<_> = of_spans
        .chain(EVENTS.iter().flat_map(|sort| sort.attributes))
        .map(|attribute| attribute.name)
        .collect();
    assert_eq!(used, names);
}

#[tokio::test]
async fn a_method_that_is_none_is_in_no_name() {
    let odd = Kept { method: Method::from_bytes(b"EVIL-1").expect("a token"), ..kept(0) };
    let span = &spans(&odd, &Clock::now())[0];
    assert_eq!(span.name, "HTTP /orders/{id}");
    assert!(span.attributes.iter().all(|pair| !format!("{pair:?}").contains("EVIL")));
}

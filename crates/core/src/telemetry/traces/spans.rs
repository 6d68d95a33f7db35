//! The spans of one request: itself, its sections, their calls, and each attempt on a service, below one another.

mod attempt;
mod call;
mod event;
mod request;
mod section;

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::trace::v1::{
    Span, SpanFlags, Status,
    span::{self, SpanKind},
    status::StatusCode,
};
use tokio::time::Instant;

use super::{
    attributes::{Attributes, Said},
    catalogue::{ERROR, Kind, REQUEST_ID, SpanSort},
    clock::Clock,
    kept::Kept,
};
use crate::telemetry::trace::new_span;

/// All spans of a request, the outermost first.
pub(super) fn spans(kept: &Kept, clock: &Clock) -> Vec<Span> {
    let told = &kept.told;
    let of = Tree { kept, clock };
    let sections: BTreeMap<u16, u64> =
        told.sections.iter().map(|section| (section.place, new_span())).collect();
    let calls: Vec<u64> = told.calls.iter().map(|_| new_span()).collect();
    let mut spans = Vec::with_capacity(kept.spans());
    spans.push(request::span(&of));
    for section in &told.sections {
        spans.push(section::span(&of, section, sections[&section.place]));
    }
    for (call, id) in told.calls.iter().zip(&calls) {
        // What a handler awaited is of no section.
        let section = call.section.and_then(|place| sections.get(&place).copied());
        spans.push(call::span(&of, call, *id, section.unwrap_or(kept.trace.span())));
    }
    for attempt in &told.attempts {
        let call = attempt.call.place().and_then(|place| Some((told.calls.get(place)?, calls.get(place)?)));
        if let Some((call, id)) = call {
            spans.push(attempt::span(&of, attempt, call, *id));
        }
    }
    // Calls come after the request and its sections, in their own order.
    let first_call = 1 + told.sections.len();
    for event in &told.events {
        let place = event.call.place().map_or(0, |place| first_call + place);
        if let Some(span) = spans.get_mut(place) {
            span.events.push(event::event(event, clock));
        }
    }
    spans
}

/// What all spans of a request share.
struct Tree<'a> {
    kept: &'a Kept,
    clock: &'a Clock,
}

/// A span about to be made.
struct Outline {
    sort: &'static SpanSort,
    name: String,
    id: u64,
    parent: u64,
    began: Instant,
    ended: Instant,
}

impl Tree<'_> {
    /// A span with these attributes and the request's id; with [`ERROR`] among them it is one.
    fn span(&self, outline: Outline, mut attributes: Attributes) -> Span {
        attributes.say(&REQUEST_ID, Said::Text(self.kept.request_id.to_str().unwrap_or_default()));
        let Outline { sort, name, id, parent, began, ended } = outline;
        let trace = self.kept.trace;
        let kind = match sort.kind {
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
            Kind::Internal => SpanKind::Internal,
        };
        let is_error = attributes.said.iter().any(|pair| pair.key == ERROR.name);
        let error = Status { code: StatusCode::Error.into(), ..Status::default() };
        Span {
            trace_id: trace.number().to_be_bytes().to_vec(),
            span_id: id.to_be_bytes().to_vec(),
            parent_span_id: if parent == 0 { Vec::new() } else { parent.to_be_bytes().to_vec() },
            flags: self.flags(sort),
            name,
            kind: kind.into(),
            start_time_unix_nano: self.clock.nanos(began),
            end_time_unix_nano: self.clock.nanos(ended),
            attributes: attributes.said,
            status: is_error.then_some(error),
            ..Span::default()
        }
    }

    /// The trace's flag, and whether the parent is another program's.
    fn flags(&self, sort: &SpanSort) -> u32 {
        let (has, is) = (SpanFlags::ContextHasIsRemoteMask as u32, SpanFlags::ContextIsRemoteMask as u32);
        let is_remote = sort.kind == Kind::Server && self.kept.trace.parent() != 0;
        u32::from(self.kept.trace.is_sampled()) | has | if is_remote { is } else { 0 }
    }
}

fn event_of(name: &str, at: Instant, clock: &Clock, attributes: Attributes) -> span::Event {
    span::Event {
        time_unix_nano: clock.nanos(at),
        name: name.to_owned(),
        attributes: attributes.said,
        ..span::Event::default()
    }
}

#[cfg(test)]
mod tests;

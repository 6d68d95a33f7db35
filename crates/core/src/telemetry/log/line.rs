//! What the line of a request says, and how it looks as JSON.

use std::time::Duration;

use http::Method;

use super::{
    catalogue,
    json::{Object, cut},
    outcome::Outcome,
    time,
};
use crate::{
    call::Reason,
    problem::Problem,
    telemetry::{
        Finished,
        story::{Event, Notes, SectionRecord, Told},
    },
};

/// nginx's word for "the client closed the request": no answer was sent, so no registered status fits.
const CLIENT_CLOSED: u16 = 499;

/// What the line of a request says.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) request: &'a Finished<'a>,
    pub(super) told: &'a Told,
    /// For how many requests it stands.
    pub(super) stands_for: u64,
    /// Lines that were not written before it.
    pub(super) left_out: u64,
}

impl Line<'_> {
    pub(super) fn status(&self) -> u16 {
        self.request.status.map_or(CLIENT_CLOSED, |status| status.as_u16())
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.request.ended.saturating_duration_since(self.request.context.inner().started)
    }

    pub(super) fn route(&self) -> &str {
        self.request.context.inner().route.path
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.request.problem.map(|problem| problem.code().as_str())
    }

    pub(super) fn reason(&self) -> Option<&str> {
        self.request.problem.and_then(Problem::reason).map(cut)
    }

    /// Writes it as JSON, without the end of the line.
    pub(super) fn write_json(&self, out: &mut Vec<u8>) {
        let Self { request, told, .. } = self;
        let context = request.context;
        let outcome = Outcome::of(request, told);
        let mut line = Object::begin(out);
        time::write(line.field(&catalogue::TIMESTAMP));
        line.text(&catalogue::LEVEL, outcome.level());
        line.text(&catalogue::MESSAGE, "request");
        line.text(&catalogue::BFF, self.name);
        line.text(&catalogue::REQUEST_ID, context.request_id());
        let trace = context.inner().trace;
        line.hex(&catalogue::TRACE_ID, &trace.id_digits());
        line.hex(&catalogue::SPAN_ID, &trace.span_digits());
        line.flag(&catalogue::SAMPLED, trace.is_sampled());
        line.text(&catalogue::METHOD, method(request.method));
        line.text(&catalogue::ROUTE, self.route());
        line.count(&catalogue::STATUS, self.status().into());
        line.milliseconds(&catalogue::DURATION, self.elapsed());
        line.text(&catalogue::OUTCOME, outcome.as_str());
        if let Some(code) = self.code() {
            line.text(&catalogue::CODE, code);
        }
        if let Some(reason) = self.reason() {
            line.text(&catalogue::REASON, reason);
        }
        let events = |is_one: fn(&Event) -> bool| {
            told.events.iter().filter(|record| is_one(&record.event)).count() as u64
        };
        for (field, count) in [
            (&catalogue::CALLS, told.calls.len() as u64),
            (&catalogue::RETRIES, events(|event| matches!(event, Event::Retry { .. }))),
            (&catalogue::HEDGES, events(|event| matches!(event, Event::Hedged))),
        ] {
            if count > 0 {
                line.count(field, count);
            }
        }
        if !told.sections.is_empty() {
            let out = line.field(&catalogue::SECTIONS);
            let mut before = b'[';
            for section in &told.sections {
                out.push(before);
                write_section(section, told, out);
                before = b',';
            }
            out.push(b']');
        }
        for (field, count) in [
            (&catalogue::SAMPLE_RATE, if self.stands_for > 1 { self.stands_for } else { 0 }),
            (&catalogue::LEFT_OUT, self.left_out),
        ] {
            if count > 0 {
                line.count(field, count);
            }
        }
        line.end();
    }
}

fn write_section(section: &SectionRecord, told: &Told, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    object.text(&catalogue::SECTION_NAME, &section.name);
    object.text(&catalogue::SECTION_OUTCOME, section.outcome.as_str());
    object.milliseconds(&catalogue::SECTION_DURATION, section.elapsed);
    if let Some(reason) = section.reason {
        object.text(&catalogue::SECTION_REASON, Reason::as_str(reason));
    }
    if let Some(detail) = &section.detail {
        object.text(&catalogue::SECTION_DETAIL, cut(detail));
    }
    let notes = Notes::of_section(told, section.place);
    if !notes.is_empty() {
        object.words(&catalogue::SECTION_NOTES, notes.iter().map(super::Note::as_str));
    }
    object.end();
}

/// The method, if it is one of RFC 9110 or RFC 5789: another one is any text that a client likes.
pub(super) fn method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS
        | Method::TRACE
        | Method::CONNECT => method.as_str(),
        _ => "_OTHER",
    }
}

//! Every field that a log line may have: its name, kind, unit, when it is there and what it says. Lines are written with these
//! constants and with nothing else, the documentation is made from this list, and [`check()`] holds a line to it.
//!
//! A line is one JSON object (RFC 8259) and tells of a request, or of an event, which alone has a `target`. With
//! `log.format = "pretty"` the same is text for a terminal, in no fixed form.

mod check;

pub use check::check;

/// One field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Its name in its object.
    pub name: &'static str,
    /// Whose field it is.
    pub of: Of,
    /// What its value is.
    pub kind: Kind,
    /// When it is there.
    pub when: When,
    /// What it says, in a sentence or two.
    pub help: &'static str,
}

/// Whose field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of every line.
    Every,
    /// Of the line of a request.
    Request,
    /// Of an element of a request's `sections`.
    Section,
    /// Of an event.
    Event,
}

/// What the value of a field is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Date and time in UTC with milliseconds (RFC 3339).
    Time,
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
    /// So many hexadecimal digits in lower case.
    Hex(usize),
    /// A whole number from 0 on.
    Count,
    /// Milliseconds, with three digits after the point.
    Milliseconds,
    /// True or false.
    Flag,
    /// A list of objects with the fields of [`Of::Section`].
    Sections,
    /// An object whose members depend on the event.
    Object,
}

/// When a field is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In each of its lines.
    Always,
    /// Where this is so.
    If(&'static str),
}

/// What can become of a request.
pub const OUTCOMES: &[&str] = &["whole", "degraded", "refused", "failed", "cancelled"];

/// What a section can be filled with.
pub const SECTION_OUTCOMES: &[&str] =
    &["fresh", "cached", "stale", "fallback", "absent", "failed", "cancelled"];

/// What policies can do for a section's calls.
pub const NOTES: &[&str] = &["retried", "hedged", "breaker", "coalesced", "queued"];

const LEVELS: &[&str] = &["ERROR", "WARN", "INFO", "DEBUG", "TRACE"];

macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $constant:ident = $of:ident, $name:literal, $kind:expr, $when:expr;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $constant: Field = Field {
                name: $name,
                of: Of::$of,
                kind: $kind,
                when: $when,
                help: concat!($($doc),+),
            };
        )+

        /// Every field, in the order of the documentation.
        pub const ALL: &[Field] = &[$($constant),+];
    };
}

use Kind::{Count, Flag, Hex, Milliseconds, Object, Sections, Text, Time, Word, Words};
use When::{Always, If};

fields! {
    #[doc = "When the line was written: at the end of a request."]
    TIMESTAMP = Every, "timestamp", Time, Always;
    #[doc = "How bad it is. Of a request: `ERROR` if it failed, `WARN` if its reply is degraded, else `INFO`."]
    LEVEL = Every, "level", Word(LEVELS), Always;
    #[doc = "`request`, or what happened, in words."]
    MESSAGE = Every, "message", Text, Always;
    #[doc = "Name of the BFF."]
    BFF = Every, "bff", Text, If("the process is one BFF; always of a request");

    #[doc = "The id that the client, every service and every span of the request have too."]
    REQUEST_ID = Request, "request_id", Text, Always;
    #[doc = "Trace of the request, by W3C trace context."]
    TRACE_ID = Request, "trace_id", Hex(32), Always;
    #[doc = "The BFF's own span in that trace."]
    SPAN_ID = Request, "span_id", Hex(16), Always;
    #[doc = "Whether the trace was chosen to be kept when the request came: the flag that services get."]
    SAMPLED = Request, "sampled", Flag, Always;
    #[doc = "Method of the request, `_OTHER` if it is none of RFC 9110 or RFC 5789."]
    METHOD = Request, "method", Text, Always;
    #[doc = "Template of the route, such as `/api/orders/{id}`, or `unmatched`. The path itself is in no line."]
    ROUTE = Request, "route", Text, Always;
    #[doc = "HTTP status of the reply; 499 if the client went away before."]
    STATUS = Request, "status", Count, Always;
    #[doc = "Time from the request's head to its reply."]
    DURATION = Request, "duration_ms", Milliseconds, Always;
    #[doc = "What became of it: `whole`; `degraded`, with a section that is not the service's present answer; `refused` (4xx); `failed` (5xx); `cancelled` by a client that went away."]
    OUTCOME = Request, "outcome", Word(OUTCOMES), Always;
    #[doc = "Code of the problem that the client got."]
    CODE = Request, "code", Text, If("the reply is a problem");
    #[doc = "What exactly went wrong; at most 500 bytes."]
    REASON = Request, "reason", Text, If("the problem has more to say than its code");
    #[doc = "Calls on services."]
    CALLS = Request, "calls", Count, If("calls are recorded and there were any");
    #[doc = "Attempts after a first one that failed."]
    RETRIES = Request, "retries", Count, If("calls are recorded and there were any");
    #[doc = "Second attempts beside a slow one."]
    HEDGES = Request, "hedges", Count, If("calls are recorded and there were any");
    #[doc = "The screen's sections that have ended, in the order of their ends."]
    SECTIONS = Request, "sections", Sections, If("the reply is a screen's");
    #[doc = "For how many requests that went well this line stands: a sum over lines of 1, or of this where it is there, is the number of requests, on average."]
    SAMPLE_RATE = Request, "sample_rate", Count, If("more went well than `log.success_per_second`");
    #[doc = "Lines of requests that did not go well which this worker left out before this one."]
    LEFT_OUT = Request, "left_out", Count, If("there were more than `log.problems_per_second`");

    #[doc = "Name of the section in the payload, with dots between nested screens."]
    SECTION_NAME = Section, "name", Text, Always;
    #[doc = "What it was filled with. `cancelled`: nobody waited for it any more."]
    SECTION_OUTCOME = Section, "outcome", Word(SECTION_OUTCOMES), Always;
    #[doc = "Time from the start of the fan-out to its answer, or until nobody waited for it any more."]
    SECTION_DURATION = Section, "ms", Milliseconds, Always;
    #[doc = "Why it is not the service's present answer: one of the reasons that `_meta.degraded` has."]
    SECTION_REASON = Section, "reason", Text, If("it is neither fresh, cached nor cancelled");
    #[doc = "The operation, and what exactly went wrong; at most 500 bytes. Never a service's own words."]
    SECTION_DETAIL = Section, "detail", Text, If("it is neither fresh, cached nor cancelled");
    #[doc = "What policies did for its calls: a retry, a hedge, an open breaker, one call for several who asked, a wait for a place at the service."]
    SECTION_NOTES = Section, "notes", Words(NOTES), If("calls are recorded and there is any");

    #[doc = "The module of the program that says it."]
    TARGET = Event, "target", Text, Always;
    #[doc = "What belongs to the message, by name."]
    FIELDS = Event, "fields", Object, If("there is anything");
}

impl Field {
    /// Where it stands in its line: `status`, `sections[].ms`.
    pub fn path(&self) -> String {
        match self.of {
            Of::Section => format!("{}[].{}", SECTIONS.name, self.name),
            Of::Every | Of::Request | Of::Event => self.name.to_owned(),
        }
    }
}

impl Kind {
    /// What its values are measured in.
    pub const fn unit(self) -> Option<&'static str> {
        match self {
            Self::Milliseconds => Some("ms"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::telemetry::{
        log::outcome::Outcome,
        story::{Note, SectionOutcome},
    };

    #[test]
    fn names_are_unique_and_helpful() {
        let paths: BTreeSet<_> = ALL.iter().map(Field::path).collect();
        assert_eq!(paths.len(), ALL.len());
        for field in ALL {
            assert!(field.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{field:?}");
            assert!(field.help.ends_with('.'), "{field:?}");
        }
    }

    #[test]
    fn the_words_are_those_that_the_code_knows() {
        assert_eq!(SectionOutcome::ALL.map(SectionOutcome::as_str), SECTION_OUTCOMES);
        assert_eq!(Outcome::ALL.map(Outcome::as_str), OUTCOMES);
        assert_eq!(Note::ALL.map(Note::as_str), NOTES);
    }
}

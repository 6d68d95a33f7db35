//! A span as a test reads it: ids as hex, values as text.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};

/// A span that the collector got.
#[derive(Debug, Clone)]
pub struct CollectedSpan {
    /// The trace, 32 digits.
    pub trace: String,
    /// Its id, 16 digits.
    pub id: String,
    /// That of the span above it, empty if there is none.
    pub parent: String,
    /// Its name.
    pub name: String,
    /// `server`, `client` or `internal`.
    pub kind: &'static str,
    /// Whether its status is an error.
    pub is_error: bool,
    /// The trace's flags, and whether the parent is another program's.
    pub flags: u32,
    /// Nanoseconds since 1970.
    pub began: u64,
    /// The same.
    pub ended: u64,
    /// What is on it.
    pub attributes: BTreeMap<String, String>,
    /// In their order.
    pub events: Vec<CollectedEvent>,
    /// What is on the resource.
    pub resource: BTreeMap<String, String>,
}

/// An event on a span.
#[derive(Debug, Clone)]
pub struct CollectedEvent {
    /// Its name.
    pub name: String,
    /// What is on it.
    pub attributes: BTreeMap<String, String>,
}

impl CollectedSpan {
    pub(super) fn new(span: &Span, resource: &BTreeMap<String, String>) -> Self {
        let events = span.events.iter().map(|event| CollectedEvent {
            name: event.name.clone(),
            attributes: attributes(&event.attributes),
        });
        Self {
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            parent: hex(&span.parent_span_id),
            name: span.name.clone(),
            kind: match span.kind() {
                SpanKind::Server => "server",
                SpanKind::Client => "client",
                SpanKind::Internal => "internal",
                _ => "another",
            },
            is_error: span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error),
            flags: span.flags,
            began: span.start_time_unix_nano,
            ended: span.end_time_unix_nano,
            attributes: attributes(&span.attributes),
            events: events.collect(),
            resource: resource.clone(),
        }
    }

    /// An attribute as text, empty if it is not there.
    pub fn text(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }

    /// The names of its events.
    pub fn event_names(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.name.as_str()).collect()
    }
}

pub(super) fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    pairs.iter().map(|pair| (pair.key.clone(), text(pair))).collect()
}

fn text(pair: &KeyValue) -> String {
    match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::BoolValue(is)) => is.to_string(),
        _ => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(four.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

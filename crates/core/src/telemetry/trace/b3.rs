//! Zipkin's headers, one or several: <https://github.com/openzipkin/b3-propagation>.
//!
//! A trace id may have 64 bits, and is written with 128. "Debug" is an order to keep a trace: to us it is that of a sampled one.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Incoming, TraceContext, hex};

pub(super) const SINGLE: HeaderName = HeaderName::from_static("b3");
const TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
const SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
const SAMPLED: HeaderName = HeaderName::from_static("x-b3-sampled");
const FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");

/// `<trace>-<span>`, then perhaps `-<sampled>` and `-<parent>`; or the decision alone.
pub(super) fn read_single(headers: &HeaderMap) -> Option<Incoming> {
    let text = one(headers, &SINGLE)?;
    if let Some(sampled) = decision(text) {
        return Some(Incoming { ids: None, sampled: Some(sampled) });
    }
    let mut parts = text.split('-');
    let ids = ids(parts.next()?, parts.next()?)?;
    let sampled = match parts.next() {
        Some(part) => Some(decision(part)?),
        None => None,
    };
    // The parent of the span that called us is not ours.
    let (grandparent, more) = (parts.next(), parts.next().is_some());
    let valid = grandparent.is_none_or(|span| hex::read_span(span).is_some()) && !more;
    valid.then_some(Incoming { ids: Some(ids), sampled })
}

/// Nothing of it is believed where one of them is malformed.
pub(super) fn read_multi(headers: &HeaderMap) -> Option<Incoming> {
    let is_debug = headers.contains_key(FLAGS) && one(headers, &FLAGS)? == "1";
    let sampled = match (is_debug, headers.contains_key(SAMPLED)) {
        (true, _) => Some(true),
        (_, true) => Some(match one(headers, &SAMPLED)? {
            // What early tracers wrote, and the specification wants to be understood.
            "true" => true,
            "false" => false,
            text => decision(text).filter(|_| text != "d")?,
        }),
        _ => None,
    };
    let ids = match (headers.contains_key(TRACE_ID), headers.contains_key(SPAN_ID)) {
        (true, true) => Some(ids(one(headers, &TRACE_ID)?, one(headers, &SPAN_ID)?)?),
        (false, false) => None,
        _ => return None,
    };
    Some(Incoming { ids, sampled })
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

fn decision(text: &str) -> Option<bool> {
    match text {
        "1" | "d" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

fn ids(trace: &str, span: &str) -> Option<(u128, u64)> {
    let trace = hex::read(trace, 32).or_else(|| hex::read(trace, 16))?;
    (trace != 0).then_some((trace, hex::read_span(span)?))
}

pub(super) fn write_single(trace: TraceContext, span: u64, headers: &mut HeaderMap) {
    let mut text = *b"00000000000000000000000000000000-0000000000000000-0";
    hex::write(&mut text[..32], trace.trace_id);
    hex::write(&mut text[33..49], u128::from(span));
    text[50] = digit(trace.is_sampled());
    // Without a decision the service makes one.
    let text = if trace.sampled.is_some() { &text[..] } else { &text[..49] };
    if let Ok(value) = HeaderValue::from_bytes(text) {
        headers.insert(SINGLE, value);
    }
}

pub(super) fn write_multi(trace: TraceContext, span: u64, headers: &mut HeaderMap) {
    let (mut trace_id, mut span_id) = ([0; 32], [0; 16]);
    hex::write(&mut trace_id, trace.trace_id);
    hex::write(&mut span_id, u128::from(span));
    let sampled = trace.sampled.map(|sampled| [digit(sampled)]);
    let values = [(TRACE_ID, Some(&trace_id[..])), (SPAN_ID, Some(&span_id[..]))];
    for (name, value) in values.into_iter().chain([(SAMPLED, sampled.as_ref().map(<[u8; 1]>::as_slice))]) {
        if let Some(Ok(value)) = value.map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    }
}

fn digit(sampled: bool) -> u8 {
    if sampled { b'1' } else { b'0' }
}

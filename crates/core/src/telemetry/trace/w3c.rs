//! `traceparent`: <https://www.w3.org/TR/trace-context/>. `tracestate` is not passed on: it is other people's, of any content.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Incoming, TraceContext, hex};

pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

pub(super) fn read(headers: &HeaderMap) -> Option<Incoming> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => parse(value.as_bytes()),
        _ => None,
    }
}

/// `00-<32 hex>-<16 hex>-<2 hex>`, lower case, ids not zero; later versions may say more after it.
pub(super) fn parse(value: &[u8]) -> Option<Incoming> {
    let text = std::str::from_utf8(value).ok()?;
    let mut parts = text.splitn(5, '-');
    let version = hex::read(parts.next()?, 2)?;
    let trace_id = hex::read(parts.next()?, 32)?;
    let parent = hex::read_span(parts.next()?)?;
    let flags = hex::read(parts.next()?, 2)?;
    let more = parts.next().is_some();
    let valid = version != 0xff && trace_id != 0 && !(version == 0 && more);
    valid.then_some(Incoming { ids: Some((trace_id, parent)), sampled: Some(flags & 1 == 1) })
}

pub(super) fn write(trace: TraceContext, span: u64, headers: &mut HeaderMap) {
    let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
    hex::write(&mut text[3..35], trace.trace_id);
    hex::write(&mut text[36..52], u128::from(span));
    hex::write(&mut text[53..55], u128::from(trace.is_sampled()));
    if let Ok(value) = HeaderValue::from_bytes(&text) {
        headers.insert(TRACEPARENT, value);
    }
}

//! W3C trace context: continued from the client, or begun here, and sent to every service.
//!
//! <https://www.w3.org/TR/trace-context/>. Ids are written by hand, since a formatted span a request and a call would
//! cost more than the rest of the bookkeeping together.

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The trace that a request belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TraceContext {
    trace_id: u128,
    /// The span that the caller says called us; 0 if it says nothing.
    parent: u64,
    /// Our own span, which covers the whole request.
    span: u64,
    flags: u8,
}

impl TraceContext {
    /// Continues the trace of these headers, or begins one. A malformed header begins a new trace, as the standard says.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(TRACEPARENT).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Self::parse(value.as_bytes()).unwrap_or_else(Self::begin),
            _ => Self::begin(),
        }
    }

    fn begin() -> Self {
        Self { trace_id: fastrand::u128(1..), parent: 0, span: new_span(), flags: 0 }
    }

    /// `00-<32 hex>-<16 hex>-<2 hex>`, lower case, ids not zero; later versions may say more after it.
    fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let mut parts = text.splitn(5, '-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let parent = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        let more = parts.next().is_some();
        let valid = version != 0xff && trace_id != 0 && parent != 0 && !(version == 0 && more);
        let parent = u64::try_from(parent).unwrap_or_default();
        valid.then(|| Self { trace_id, parent, span: new_span(), flags: flags.to_le_bytes()[0] })
    }

    /// The header for one attempt on a service, whose span this is.
    pub(crate) fn header(self, span: u64) -> HeaderValue {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        write_hex(&mut text[3..35], self.trace_id);
        write_hex(&mut text[36..52], u128::from(span));
        write_hex(&mut text[53..55], u128::from(self.flags & 1));
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// The trace id as log lines show it.
    pub(crate) fn id_digits(self) -> [u8; 32] {
        let mut digits = [0; 32];
        write_hex(&mut digits, self.trace_id);
        digits
    }

    /// The id of our own span as log lines show it.
    pub(crate) fn span_digits(self) -> [u8; 16] {
        let mut digits = [0; 16];
        write_hex(&mut digits, u128::from(self.span));
        digits
    }

    /// Whether whoever called us keeps the trace.
    pub(crate) fn is_sampled(self) -> bool {
        self.flags & 1 != 0
    }
}

/// The id of a span: random, never zero, no secret.
pub(crate) fn new_span() -> u64 {
    fastrand::u64(1..)
}

fn hex(text: &str, digits: usize) -> Option<u128> {
    let lower_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() == digits && lower_hex { u128::from_str_radix(text, 16).ok() } else { None }
}

fn write_hex(out: &mut [u8], mut value: u128) {
    for digit in out.iter_mut().rev() {
        *digit = b"0123456789abcdef"[usize::from(value.to_le_bytes()[0] & 0xf)];
        value >>= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_continued_with_a_new_span() {
        let mut headers = HeaderMap::new();
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        headers.insert(TRACEPARENT, HeaderValue::from_static(parent));
        let child = TraceContext::from_headers(&headers).header(new_span());
        let child = child.to_str().expect("hex is text");
        assert!(child.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
        assert!(child.ends_with("-01") && !child.contains("00f067aa0ba902b7"));
    }

    #[test]
    fn a_malformed_parent_begins_a_new_trace() {
        let zero = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
        let upper = "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01";
        let longer = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x";
        let forbidden = "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for value in [zero, upper, longer, forbidden, "", "00-é"] {
            assert!(TraceContext::parse(value.as_bytes()).is_none(), "{value}");
        }
        let later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes";
        assert!(TraceContext::parse(later.as_bytes()).is_some());
    }
}

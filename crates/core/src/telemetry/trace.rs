//! The trace that a request belongs to: continued from whoever asks, or begun here, and sent to every service.
//!
//! [`w3c`] and [`b3`] read and write the headers, [`sampling`] says whether its spans are kept. Ids are written by hand, since a
//! formatted span a request and a call would cost more than the rest of the bookkeeping together.

mod b3;
mod hex;
mod sampling;
#[cfg(test)]
mod tests;
mod w3c;

use http::{HeaderMap, HeaderName};

use self::sampling::Sampling;
use crate::config::{Propagator, TracesConfig};

/// The trace that a request belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TraceContext {
    trace_id: u128,
    /// The span that the caller says called us; 0 if it says nothing.
    parent: u64,
    /// Our own span, which covers the whole request.
    span: u64,
    /// Whether its spans are kept; none where nobody has said so.
    sampled: Option<bool>,
    formats: Formats,
}

/// What somebody else says of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Incoming {
    /// The trace and the span that called us. Only B3 can say something of sampling and name no trace.
    ids: Option<(u128, u64)>,
    sampled: Option<bool>,
}

/// How traces come in and go on, and whether they are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Propagation {
    formats: Formats,
    /// None where spans go nowhere: then what others say is passed on.
    sampling: Option<Sampling>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Formats {
    w3c: bool,
    b3: bool,
    b3_multi: bool,
}

impl Propagation {
    pub(crate) fn new(config: &TracesConfig) -> Self {
        let has = |format| config.propagation.contains(&format);
        let formats = Formats {
            w3c: has(Propagator::TraceContext),
            b3: has(Propagator::B3),
            b3_multi: has(Propagator::B3Multi),
        };
        Self { formats, sampling: config.endpoint.is_some().then(|| Sampling::new(config)) }
    }

    /// The trace of a request with these headers. `trusted` tells whether they come from one of `trust.proxies`. A malformed header
    /// begins a new trace.
    pub(crate) fn arrive(&self, headers: &HeaderMap, trusted: bool) -> TraceContext {
        let incoming = self.formats.read(headers);
        let ids = incoming.and_then(|incoming| incoming.ids);
        let (trace_id, parent) = ids.unwrap_or_else(|| (fastrand::u128(1..), 0));
        let said = incoming.and_then(|incoming| incoming.sampled);
        let sampled = match &self.sampling {
            Some(sampling) => Some(sampling.decides(ids.is_none().then_some(trace_id), said, trusted)),
            None => said,
        };
        TraceContext { trace_id, parent, span: new_span(), sampled, formats: self.formats }
    }
}

impl Formats {
    /// Of the formats whose headers are there, the first decides.
    fn read(self, headers: &HeaderMap) -> Option<Incoming> {
        if self.w3c && headers.contains_key(w3c::TRACEPARENT) {
            return w3c::read(headers);
        }
        if self.b3 && headers.contains_key(b3::SINGLE) {
            return b3::read_single(headers);
        }
        if self.b3_multi { b3::read_multi(headers) } else { None }
    }
}

impl TraceContext {
    /// Writes the headers for one attempt on a service, whose span this is.
    pub(crate) fn write(self, span: u64, headers: &mut HeaderMap) {
        if self.formats.w3c {
            w3c::write(self, span, headers);
        }
        if self.formats.b3 {
            b3::write_single(self, span, headers);
        }
        if self.formats.b3_multi {
            b3::write_multi(self, span, headers);
        }
    }

    /// The trace id as log lines, problems and spans show it.
    pub(crate) fn id_digits(self) -> [u8; 32] {
        let mut digits = [0; 32];
        hex::write(&mut digits, self.trace_id);
        digits
    }

    /// The id of our own span as log lines show it.
    pub(crate) fn span_digits(self) -> [u8; 16] {
        let mut digits = [0; 16];
        hex::write(&mut digits, u128::from(self.span));
        digits
    }

    /// The trace id as text.
    pub(crate) fn id(self) -> String {
        format!("{:032x}", self.trace_id)
    }

    pub(crate) fn number(self) -> u128 {
        self.trace_id
    }

    /// The span that covers the whole request.
    pub(crate) fn span(self) -> u64 {
        self.span
    }

    /// The span that the caller says called us; 0 if it says nothing.
    pub(crate) fn parent(self) -> u64 {
        self.parent
    }

    /// Whether services are told that the spans are kept.
    pub(crate) fn is_sampled(self) -> bool {
        self.sampled == Some(true)
    }

    /// The trace of a request that came with no headers.
    #[cfg(test)]
    pub(crate) fn for_test() -> Self {
        Propagation::new(&TracesConfig::default()).arrive(&HeaderMap::new(), false)
    }
}

/// Whether a header says something of a trace, in any of the forms.
pub(crate) fn is_of_a_trace(name: &HeaderName) -> bool {
    let name = name.as_str();
    ["traceparent", "tracestate", "b3"].contains(&name) || name.starts_with("x-b3-")
}

/// The id of a span: random, never zero, no secret.
pub(crate) fn new_span() -> u64 {
    fastrand::u64(1..)
}

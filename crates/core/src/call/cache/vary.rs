//! What else a reply depends on (RFC 9111, 4.1). A kept reply is found by all that its call sends, but for the headers that
//! are new with each request. A reply that depends on one of those answers no other call.

#[cfg(test)]
mod tests;

use http::{HeaderMap, HeaderName, header};

use crate::{
    auth::is_reserved,
    call::propagate::{GRPC_TIMEOUT, TIMEOUT_HEADER},
    front_door::REQUEST_ID,
    telemetry::trace::is_of_a_trace,
};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Vary {
    /// On what each request has anew, or on what the service doesn't say: `*`, or what is no name.
    pub(super) by_request: bool,
    /// On who asks: on a header of the identity, in any spelling.
    pub(super) by_caller: bool,
}

impl Vary {
    /// Nothing where there is no such header.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(header::VARY).iter().peekable();
        lines.peek()?;
        let names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        Some(names.map(<[u8]>::trim_ascii).filter(|name| !name.is_empty()).fold(Self::default(), Self::add))
    }

    fn add(self, name: &[u8]) -> Self {
        let Ok(name) = HeaderName::from_bytes(name) else { return Self { by_request: true, ..self } };
        let of_request =
            name == "*" || is_of_a_trace(&name) || [REQUEST_ID, TIMEOUT_HEADER, GRPC_TIMEOUT].contains(&name);
        Self { by_request: self.by_request || of_request, by_caller: self.by_caller || is_reserved(&name) }
    }
}

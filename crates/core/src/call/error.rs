//! Why a call failed: one reason from a registry for clients, one sentence for the log.

use std::{borrow::Cow, fmt, net::SocketAddr, sync::Arc, time::Duration};

use serde::Serialize;

use super::cache::Head;
use crate::problem::{Code, Problem};

/// Details of other people's replies are cut here before they reach a log line.
const DETAIL_LIMIT: usize = 200;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal => $code:ident;)+) => {
        /// Why a section has no fresh answer: the registry of `_meta.degraded[].reason`.
        ///
        /// The problem code beside each is what the reply becomes if the section is required.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[doc = $doc])+ $variant,)+ }

        impl Reason {
            /// Every reason, in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name in `_meta.degraded` and in the log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The problem that a required section's failure becomes.
            pub const fn code(self) -> Code {
                match self { $(Self::$variant => Code::$code,)+ }
            }
        }
    };
}

reasons! {
    /// No whole answer in time: HTTP or gRPC, before the head, in the body, or byte by byte.
    Timeout = "timeout" => ServiceTimeout;
    /// The service can't be reached: refused, reset, not resolved, gRPC `UNAVAILABLE`, HTTP 502 to 504.
    Unavailable = "unavailable" => ServiceFailed;
    /// The service answered that it failed: another 5xx, gRPC `INTERNAL`, `UNKNOWN`, `DATA_LOSS` and the like.
    Failed = "failed" => ServiceFailed;
    /// Turned away to protect the service: its bulkhead is full, or it said 429 or `RESOURCE_EXHAUSTED`.
    Rejected = "rejected" => ServiceFailed;
    /// The breaker of the service is open; nothing was sent.
    OpenBreaker = "open_breaker" => ServiceFailed;
    /// The answer is not what its type says: not JSON, another shape, too large, too deep, truncated, empty.
    InvalidReply = "invalid_reply" => ServiceFailed;
    /// The service knows no such thing: 404, 410, `NOT_FOUND`.
    NotFound = "not_found" => NotFound;
    /// The service says that this caller may not: 403, `PERMISSION_DENIED`.
    Forbidden = "forbidden" => Forbidden;
    /// The service did not accept the BFF's own credential: 401, `UNAUTHENTICATED`. The caller's was verified at the edge.
    Unauthenticated = "unauthenticated" => ServiceFailed;
    /// The present state forbids it: 409, 412, `ALREADY_EXISTS`, `ABORTED`, `FAILED_PRECONDITION`.
    Conflict = "conflict" => Conflict;
    /// The service does not accept the values that it got: 400, 422, `INVALID_ARGUMENT`.
    InvalidRequest = "invalid_request" => InvalidRequest;
    /// The service did not accept the request as we sent it: another 3xx or 4xx, `UNIMPLEMENTED`.
    Refused = "refused" => ServiceFailed;
    /// The screen itself could not use the answer, such as a value that does not serialise.
    Internal = "internal" => Internal;
    /// The answer is stale, within the time that the service allows; a fresh one is being fetched (RFC 5861, section 3).
    Revalidating = "revalidating" => ServiceFailed;
}

impl Reason {
    /// Whether the service gave no answer that can be used, so that a fallback may stand in. What it refuses to this
    /// caller stays refused.
    pub(crate) const fn is_outage(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Unavailable
                | Self::Failed
                | Self::Rejected
                | Self::OpenBreaker
                | Self::InvalidReply
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A call that failed. Cheap to clone, since two sections may share one call.
#[derive(Debug, Clone)]
pub struct CallError(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    reason: Reason,
    operation: &'static str,
    detail: Cow<'static, str>,
    retry_after: Option<Duration>,
    unanswered: bool,
    /// What the service answered: HTTP's status or gRPC's code.
    status: Option<u16>,
    /// What the headers of a "no such thing" say about keeping it.
    head: Option<Arc<Head>>,
}

impl CallError {
    /// A failure with what the log must say about it; never text that a client sent.
    pub fn new(reason: Reason, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut detail = detail.into();
        if detail.len() > DETAIL_LIMIT {
            let cut = detail.floor_char_boundary(DETAIL_LIMIT);
            detail = Cow::Owned(format!("{}…", &detail[..cut]));
        }
        Self(Arc::new(Inner {
            reason,
            operation: "",
            detail,
            retry_after: None,
            unanswered: false,
            status: None,
            head: None,
        }))
    }

    pub(crate) fn of(mut self, operation: &'static str) -> Self {
        Arc::make_mut(&mut self.0).operation = operation;
        self
    }

    /// Says when the service wants to be asked again.
    pub(crate) fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        if pause.is_some() {
            Arc::make_mut(&mut self.0).retry_after = pause;
        }
        self
    }

    /// Says what the answer's headers say about keeping it.
    pub(crate) fn with_head(mut self, head: Option<Arc<Head>>) -> Self {
        if head.is_some() {
            Arc::make_mut(&mut self.0).head = head;
        }
        self
    }

    /// Says which status the service answered with: HTTP's or gRPC's.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        Arc::make_mut(&mut self.0).status = Some(status);
        self
    }

    /// HTTP's status or gRPC's code, where the service answered.
    pub(crate) fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What the answer's headers say about keeping it.
    pub(crate) fn head(&self) -> Option<&Head> {
        self.0.head.as_deref()
    }

    /// Says which endpoint it was, where there are several.
    pub(crate) fn at(mut self, addresses: &[SocketAddr]) -> Self {
        if let Some(address) = addresses.first() {
            let inner = Arc::make_mut(&mut self.0);
            inner.detail = format!("{} (at {address})", inner.detail).into();
        }
        self
    }

    /// Says that a connection from before broke without an answer.
    pub(crate) fn unanswered(mut self) -> Self {
        Arc::make_mut(&mut self.0).unanswered = true;
        self
    }

    /// Whether a connection from before broke without an answer. Services close theirs when they please, so that says
    /// nothing of them.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.0.unanswered
    }

    /// When the service wants to be asked again, if it said so.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Its entry in the registry.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// The operation that failed, such as `orders.recent`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// What the log says.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { reason, operation, detail, .. } = &*self.0;
        if operation.is_empty() {
            write!(out, "{reason}: {detail}")
        } else {
            write!(out, "{operation} {reason}: {detail}")
        }
    }
}

impl std::error::Error for CallError {}

/// An error and what caused it, in one line: libraries often print only the outermost.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// What the reply becomes when a call that it needs fails.
impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        Self::new(error.reason().code()).with_reason(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a service refuses to a caller, a configuration must not grant.
    #[test]
    fn a_fallback_stands_in_for_an_outage_and_never_for_a_refusal() {
        let outages = ["timeout", "unavailable", "failed", "rejected", "open_breaker", "invalid_reply"];
        let found: Vec<_> =
            Reason::ALL.iter().filter(|reason| reason.is_outage()).map(|r| r.as_str()).collect();
        assert_eq!(found, outages);
    }
}

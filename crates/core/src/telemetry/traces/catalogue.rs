//! Every span, attribute and event that a BFF exports. Spans are built from these, so nothing else can be, and the documentation is
//! made from them.
//!
//! Names are OpenTelemetry's where its semantic conventions have one; ours begin with `bff.`. What the conventions ask for and is
//! not here is left out on purpose: no path, no query, no address of a client, no header, no user.

/// One attribute of spans or events.
#[derive(Debug, PartialEq)]
pub struct Attribute {
    /// By the semantic conventions, such as `http.request.method`.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
}

/// One sort of span.
#[derive(Debug)]
pub struct SpanSort {
    /// What its name looks like.
    pub name: &'static str,
    /// Whose side of an exchange it is.
    pub kind: Kind,
    /// What may be on it.
    pub attributes: &'static [&'static Attribute],
    /// What it covers, in a sentence.
    pub help: &'static str,
}

/// One sort of event on a span.
#[derive(Debug)]
pub struct EventSort {
    /// Its name.
    pub name: &'static str,
    /// What may be on it.
    pub attributes: &'static [&'static Attribute],
    /// What it says, in a sentence.
    pub help: &'static str,
}

/// Whose side of an exchange a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of one that came.
    Server,
    /// Of one that went out.
    Client,
    /// Of none.
    Internal,
}

macro_rules! attributes {
    ($($constant:ident = $name:literal, $help:literal;)+) => {
        $(#[doc = $help] pub const $constant: Attribute = Attribute { name: $name, help: $help };)+

        /// Every attribute of a span or an event.
        pub const ATTRIBUTES: &[&Attribute] = &[$(&$constant),+];
    };
}

attributes! {
    METHOD = "http.request.method", "The HTTP method; `_OTHER` if it is none of RFC 9110 and RFC 5789.";
    ROUTE = "http.route", "The template of the path. Not there where no route has the path.";
    SCHEME = "url.scheme", "`http`: TLS ends before this listener.";
    STATUS = "http.response.status_code", "The HTTP status. Not there if no reply was sent or came.";
    RESENT = "http.request.resend_count", "Retries before this attempt, over HTTP. Not there for the first.";
    RPC_SYSTEM = "rpc.system", "`grpc`.";
    RPC_SERVICE = "rpc.service", "The gRPC service, such as `orders.v1.Orders`.";
    RPC_METHOD = "rpc.method", "The method of it.";
    RPC_STATUS = "rpc.grpc.status_code", "The gRPC status code as a number. Not there if no reply came.";
    SERVER_ADDRESS = "server.address", "The host in the service's URL.";
    SERVER_PORT = "server.port", "The port of it.";
    PEER_ADDRESS = "network.peer.address", "The endpoint's address, where it has one only.";
    PEER_PORT = "network.peer.port", "The port of it.";
    ERROR = "error.type", "What went wrong: the problem's code, the section's reason, or the status of a failed attempt.";
    REQUEST_ID = "bff.request_id", "The request id that the client, the log and every service see.";
    OUTCOME = "bff.outcome", "What became of it; of a request `answered`, `degraded`, `failed` or `cancelled`.";
    KEPT = "bff.sampling.reason", "Why the trace is kept: `sampled`, `error`, `degraded` or `slow`.";
    LEFT_OUT = "bff.left_out", "Calls, attempts and events of the request that there was no room for. Not there if there are none.";
    SECTION = "bff.section", "The section's name in the payload, with dots between nested screens.";
    REASON = "bff.reason", "Why something is not the service's present answer: a reason of `_meta.degraded`.";
    SERVICE = "bff.service", "The service's name in the configuration.";
    OPERATION = "bff.operation", "The operation, such as `orders.recent`.";
    ATTEMPT = "bff.attempt", "Which attempt of the call it is, from 1. A hedge has the number of the one that it stands beside.";
    AGE = "bff.age", "How old a stale answer is, in seconds.";
    PAUSE = "bff.pause", "The pause before the next attempt, in seconds.";
    WAITED = "bff.waited", "How long it waited, in seconds.";
    WHY = "bff.why", "What stood against another attempt: `time` or `budget`. Of a refusal: what was short.";
    POLICY = "bff.policy", "The name of the quota.";
}

macro_rules! spans {
    ($($constant:ident = $name:literal, $kind:ident, [$($attribute:ident),* $(,)?], $help:literal;)+) => {
        $(#[doc = $help] pub const $constant: SpanSort = SpanSort {
            name: $name,
            kind: Kind::$kind,
            attributes: &[$(&$attribute),*],
            help: $help,
        };)+

        /// Every sort of span.
        pub const SPANS: &[&SpanSort] = &[$(&$constant),+];
    };
}

spans! {
    REQUEST = "<method> <route>", Server,
        [METHOD, ROUTE, SCHEME, STATUS, ERROR, REQUEST_ID, OUTCOME, KEPT, LEFT_OUT],
        "A request, from its head to its reply. It is an error from status 500 on.";
    FILLED = "section <section>", Internal, [SECTION, OUTCOME, REASON, ERROR, REQUEST_ID],
        "A section of the screen, from the beginning of the fan-out to its answer, or until it was given up.";
    CALL = "<operation>", Internal, [SERVICE, OPERATION, OUTCOME, ERROR, REQUEST_ID],
        "A call with all its attempts: below its section, or below the request where a handler awaits it.";
    HTTP_ATTEMPT = "<method>", Client,
        [METHOD, STATUS, RESENT, SERVER_ADDRESS, SERVER_PORT, PEER_ADDRESS, PEER_PORT, ERROR, SERVICE, OPERATION, ATTEMPT, OUTCOME, REQUEST_ID],
        "One try over HTTP. The service is told of this span as its parent.";
    GRPC_ATTEMPT = "<gRPC service>/<method>", Client,
        [RPC_SYSTEM, RPC_SERVICE, RPC_METHOD, RPC_STATUS, SERVER_ADDRESS, SERVER_PORT, PEER_ADDRESS, PEER_PORT, ERROR, SERVICE, OPERATION, ATTEMPT, OUTCOME, REQUEST_ID],
        "One try over gRPC. The service is told of this span as its parent.";
}

macro_rules! events {
    ($($constant:ident = $name:literal, [$($attribute:ident),*], $help:literal;)+) => {
        $(#[doc = $help] pub const $constant: EventSort =
            EventSort { name: $name, attributes: &[$(&$attribute),*], help: $help };)+

        /// Every sort of event.
        pub const EVENTS: &[&EventSort] = &[$(&$constant),+];
    };
}

events! {
    CACHE_HIT = "cache.hit", [], "A kept answer was fresh: nothing was sent.";
    REVALIDATING = "cache.revalidating", [AGE], "A stale answer is used while a fresh one is fetched.";
    STALE_IF_ERROR = "cache.stale_if_error", [AGE, REASON], "The last good answer stands in for a failure.";
    COALESCED = "coalesced", [], "The call waits for the same one of somebody else.";
    RETRY = "retry", [ATTEMPT, PAUSE, REASON], "Another attempt is made after a pause.";
    NO_RETRY = "retry.refused", [REASON, WHY], "No other attempt is made, though one might help.";
    HEDGED = "hedge", [], "A second attempt is sent beside a slow one.";
    HEDGE_WON = "hedge.won", [], "The second attempt answered first.";
    BREAKER_OPEN = "breaker.open", [], "Every breaker is open: nothing was sent.";
    BULKHEAD_WAITED = "bulkhead.waited", [WAITED], "The attempt waited for a place.";
    BULKHEAD_FULL = "bulkhead.full", [], "There was no place: nothing was sent.";
    FALLBACK = "fallback", [REASON], "The fallback of the configuration stands in.";
    RATE_LIMITED = "rate_limited", [POLICY], "A quota refused the request.";
    SHED = "shed", [WHY], "Admission refused the request: there is too much to do.";
}

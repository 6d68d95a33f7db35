//! Every metric that a BFF has: its name, kind, unit, labels and meaning. Nothing else is exported, the documentation and the
//! dashboards are made from this list, and a test compares it with what a scrape says.
//!
//! Names are OpenTelemetry's where its semantic conventions have one; ours begin with `bff.`. Prometheus sees dots as underscores,
//! then the unit, then `_total` for a counter: <https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/>.

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// By the semantic conventions, such as `http.server.request.duration`.
    pub name: &'static str,
    /// What its samples are.
    pub kind: Kind,
    /// Of its samples.
    pub unit: Unit,
    /// Its labels, as the conventions name them: none is chosen by a client.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub help: &'static str,
}

/// What the samples of a metric are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only ever more.
    Counter,
    /// What is at this moment.
    Gauge,
    /// How many were at most so much.
    Histogram(&'static [f64]),
}

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    None,
    /// Seconds.
    Seconds,
    /// Milliseconds: where the conventions say so.
    Milliseconds,
    /// Bytes.
    Bytes,
}

/// Seconds, as the semantic conventions recommend for HTTP.
pub const SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The same in milliseconds, for RPC.
pub const MILLISECONDS: &[f64] =
    &[5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0];

/// Bytes, from what fits into a packet to what no body may be by default.
pub const BYTES: &[f64] =
    &[0.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0, 1_048_576.0, 4_194_304.0];

macro_rules! metrics {
    ($($(#[doc = $doc:literal])+ $constant:ident = $name:literal, $kind:expr, $unit:ident, [$($label:literal),*];)+) => {
        $(
            $(#[doc = $doc])+
            pub const $constant: Metric = Metric {
                name: $name,
                kind: $kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                help: concat!($($doc),+),
            };
        )+

        /// Every metric, in the order of the documentation.
        pub const ALL: &[Metric] = &[$($constant),+];
    };
}

use Kind::{Counter, Gauge, Histogram};

metrics! {
    // What clients get.
    #[doc = "Time from a request's head to its reply; requests whose client went away are not in it."]
    SERVER_DURATION = "http.server.request.duration", Histogram(SECONDS), Seconds,
        ["http.request.method", "http.route", "http.response.status_code", "url.scheme", "error.type"];
    #[doc = "Requests that wait for their reply."]
    SERVER_ACTIVE = "http.server.active_requests", Gauge, None, [];
    #[doc = "Bytes of a request's body, as far as it was read."]
    SERVER_REQUEST_SIZE = "http.server.request.body.size", Histogram(BYTES), Bytes, ["http.request.method", "http.route"];
    #[doc = "Bytes of a reply's body."]
    SERVER_RESPONSE_SIZE = "http.server.response.body.size", Histogram(BYTES), Bytes, ["http.request.method", "http.route"];
    #[doc = "Requests whose client went away before their reply. They are no errors."]
    SERVER_CANCELLED = "bff.server.cancelled", Counter, None, ["http.request.method", "http.route"];

    // Screens and their sections.
    #[doc = "Replies of screens: whole, degraded, refused (a service said no to this caller) or failed."]
    SCREEN_REPLIES = "bff.screen.replies", Counter, None, ["http.request.method", "http.route", "bff.result"];
    #[doc = "Time that was left of a screen's deadline when its reply was composed."]
    SCREEN_HEADROOM = "bff.screen.deadline.headroom", Histogram(SECONDS), Seconds, ["http.request.method", "http.route"];
    #[doc = "What sections were answered with: fresh, cached, stale, fallback, absent, failed or, where nobody waited any more, cancelled; where something failed, why."]
    SECTION_ANSWERS = "bff.section.answers", Counter, None, ["http.request.method", "http.route", "bff.section", "bff.outcome", "bff.reason"];
    #[doc = "Time from the start of a screen's fan-out to a section's answer."]
    SECTION_DURATION = "bff.section.duration", Histogram(SECONDS), Seconds, ["http.request.method", "http.route", "bff.section"];

    // Calls on services.
    #[doc = "Time of an attempt over HTTP on a service, at an address of the configuration; attempts that nobody waited for any more are not in it."]
    HTTP_CLIENT_DURATION = "http.client.request.duration", Histogram(SECONDS), Seconds,
        ["bff.service", "bff.operation", "http.request.method", "http.response.status_code", "server.address", "server.port", "error.type"];
    #[doc = "Time of an attempt over gRPC on a service, at an address of the configuration; attempts that nobody waited for any more are not in it."]
    RPC_CLIENT_DURATION = "rpc.client.duration", Histogram(MILLISECONDS), Milliseconds,
        ["bff.service", "bff.operation", "rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code", "server.address", "server.port", "error.type"];
    #[doc = "Bytes of a service's reply over HTTP, decompressed."]
    HTTP_CLIENT_RESPONSE_SIZE = "http.client.response.body.size", Histogram(BYTES), Bytes, ["bff.service", "bff.operation"];
    #[doc = "Time of a call with its retries and hedges, until its answer or its failure."]
    CALL_DURATION = "bff.client.call.duration", Histogram(SECONDS), Seconds, ["bff.service", "bff.operation"];
    #[doc = "Calls on services by what became of them: answered, failed (with the reason) or cancelled."]
    CALLS = "bff.client.calls", Counter, None, ["bff.service", "bff.operation", "bff.outcome", "bff.reason"];
    #[doc = "Calls on a service that wait for their answer."]
    CALLS_ACTIVE = "bff.client.active_calls", Gauge, None, ["bff.service"];
    #[doc = "Calls that a kept answer was fresh for (cached), or a stale one was used for."]
    CACHE_ANSWERS = "bff.cache.answers", Counter, None, ["bff.service", "bff.outcome"];
    #[doc = "Calls that waited for the answer of the same call of somebody else."]
    COALESCED = "bff.client.coalesced", Counter, None, ["bff.service"];
    #[doc = "Attempts after the first one: sent, or not sent since the budget was spent (no_budget)."]
    RETRIES = "bff.client.retries", Counter, None, ["bff.service", "bff.result"];
    #[doc = "Second attempts of slow calls: sent, and those of them that answered first (won)."]
    HEDGES = "bff.client.hedges", Counter, None, ["bff.service", "bff.result"];
    #[doc = "Retries and hedges that a service's budget has left now."]
    RETRY_BUDGET = "bff.client.retry.budget", Gauge, None, ["bff.service"];
    #[doc = "Where the breaker of an endpoint is, by the address that it has now: 0 closed, 1 half open, 2 open."]
    BREAKER_STATE = "bff.breaker.state", Gauge, None, ["bff.service", "server.address", "server.port"];
    #[doc = "Turns of a service's breakers, by the state that they came to."]
    BREAKER_TRANSITIONS = "bff.breaker.transitions", Counter, None, ["bff.service", "bff.state"];
    #[doc = "Calls in flight that a service's bulkheads allow, over all workers."]
    BULKHEAD_LIMIT = "bff.bulkhead.limit", Gauge, None, ["bff.service"];
    #[doc = "Calls in flight that hold a place of a service's bulkheads, over all workers."]
    BULKHEAD_ACTIVE = "bff.bulkhead.active", Gauge, None, ["bff.service"];
    #[doc = "Whether an endpoint's health check passes: 1 yes, 0 no. Only where checks are configured."]
    SERVICE_HEALTHY = "bff.service.healthy", Gauge, None, ["bff.service", "server.address", "server.port"];

    // What is kept.
    #[doc = "Answers that are kept in memory."]
    CACHE_ENTRIES = "bff.cache.entries", Gauge, None, [];
    #[doc = "Bytes of the answers that are kept in memory."]
    CACHE_BYTES = "bff.cache.size", Gauge, Bytes, [];

    // Who asks.
    #[doc = "Decisions of rate limits: admitted, refused, or unknown where nothing could be counted."]
    RATE_LIMITS = "bff.rate_limit.decisions", Counter, None, ["http.request.method", "http.route", "bff.decision"];
    #[doc = "Requests that admission let in or refused, and why it refused them."]
    ADMISSIONS = "bff.admission.decisions", Counter, None, ["bff.decision", "bff.reason"];
    #[doc = "Requests in flight that admission allows on a worker."]
    ADMISSION_LIMIT = "bff.admission.limit", Gauge, None, ["bff.worker"];
    #[doc = "How late a worker gets to what is ready: its tasks wait for so long."]
    WORKER_LAG = "bff.worker.lag", Gauge, Seconds, ["bff.worker"];
    #[doc = "Look-ups of verified tokens: hit or miss."]
    TOKEN_CACHE = "bff.token_cache.lookups", Counter, None, ["bff.result"];
    #[doc = "Age of an issuer's keys: how long ago they were read."]
    JWKS_AGE = "bff.jwks.age", Gauge, Seconds, ["bff.issuer"];

    // The process.
    #[doc = "Connections of clients that are open."]
    CONNECTIONS = "bff.server.connections", Gauge, None, [];
    #[doc = "Connections of clients that were accepted."]
    CONNECTIONS_ACCEPTED = "bff.server.accepted", Counter, None, [];
    #[doc = "Where the process is: 0 serving, 1 not ready, 2 draining."]
    PHASE = "bff.phase", Gauge, None, [];
    #[doc = "Whether the process is ready for requests: 1 yes, 0 no."]
    READY = "bff.ready", Gauge, None, [];
    #[doc = "Always 1; its labels say what runs."]
    BUILD = "bff.build.info", Gauge, None, ["bff.name", "service.version", "bff.revision", "bff.config_hash"];
    #[doc = "Tasks that are alive on a worker: open connections, to clients and to services."]
    TASKS = "bff.worker.tasks", Gauge, None, ["bff.worker"];
    #[doc = "Time that a worker was busy."]
    WORKER_BUSY = "bff.worker.busy", Counter, Seconds, ["bff.worker"];
    #[doc = "Processor time of the process."]
    CPU = "process.cpu.time", Counter, Seconds, [];
    #[doc = "Resident memory of the process."]
    MEMORY = "process.memory.usage", Gauge, Bytes, [];
    #[doc = "Open file descriptors of the process."]
    FILES = "process.open_file_descriptor.count", Gauge, None, [];
    #[doc = "When the process started, in seconds since 1970."]
    STARTED = "process.start.time", Gauge, Seconds, [];

    // What is told of requests.
    #[doc = "Spans by what became of them: exported, dropped since the buffer was full, or failed since the collector took none."]
    SPANS = "bff.traces.spans", Counter, None, ["bff.result"];
    #[doc = "Lines of requests: written, left out by sampling, or lost since nobody read them."]
    LOG_LINES = "bff.log.lines", Counter, None, ["bff.result"];
}

impl Metric {
    /// As Prometheus has it, such as `http_server_request_duration_seconds` or `bff_client_calls_total`.
    pub fn prometheus_name(&self) -> String {
        let mut name = self.name.replace('.', "_");
        if let Some(unit) = self.unit.suffix() {
            name.push('_');
            name.push_str(unit);
        }
        if self.kind == Counter {
            name.push_str("_total");
        }
        name
    }
}

impl Unit {
    /// As it ends a name.
    pub const fn suffix(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Seconds => Some("seconds"),
            Self::Milliseconds => Some("milliseconds"),
            Self::Bytes => Some("bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_also_for_prometheus() {
        let names: BTreeSet<_> = ALL.iter().map(Metric::prometheus_name).collect();
        assert_eq!(names.len(), ALL.len());
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || b"_.".contains(&byte));
        for metric in ALL {
            assert!(plain(metric.name) && metric.labels.iter().all(|label| plain(label)), "{metric:?}");
            assert!(metric.help.ends_with('.'), "{metric:?}");
        }
    }

    #[test]
    fn prometheus_sees_the_unit_and_what_it_counts() {
        assert_eq!(SERVER_DURATION.prometheus_name(), "http_server_request_duration_seconds");
        assert_eq!(RPC_CLIENT_DURATION.prometheus_name(), "rpc_client_duration_milliseconds");
        assert_eq!(CPU.prometheus_name(), "process_cpu_time_seconds_total");
        assert_eq!(CALLS.prometheus_name(), "bff_client_calls_total");
        assert_eq!(CACHE_BYTES.prometheus_name(), "bff_cache_size_bytes");
    }
}

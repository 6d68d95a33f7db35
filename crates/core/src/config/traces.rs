//! What can be set of traces: where spans go, which are kept, and how a trace comes in and goes on.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;

use super::values;

/// `[traces]`: where the spans of requests go, over OTLP with gRPC. Without an `endpoint` none are recorded.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TracesConfig {
    /// The collector, such as `http://127.0.0.1:4317`, or `https://…` with the certificates that the system believes. Default
    /// none: no spans. The variables of OpenTelemetry's SDKs (`OTEL_…`) are not read: `BFF_TRACES__ENDPOINT` sets this.
    pub endpoint: Option<String>,
    /// A PEM file with the authorities that sign the collector's certificate, relative to the config file. They are believed
    /// instead of the system's. Default none.
    pub ca_file: Option<PathBuf>,
    /// Sent with every export, such as `authorization`. Secrets: best set from the environment, as
    /// `BFF_TRACES__HEADERS__AUTHORIZATION`.
    pub headers: BTreeMap<String, SecretString>,
    /// The share of requests whose trace is kept, from 0 to 1. Errors, degraded and slow replies are always kept. Default 0.01.
    #[serde(with = "values::ratio")]
    pub ratio: f64,
    /// What takes so long is slow. Default: half the deadline of its route.
    #[serde(with = "values::optional_duration")]
    pub slow: Option<Duration>,
    /// Who may decide for us whether a trace is kept, by the flag in what they send. Default `proxies`.
    pub parent: TraceParent,
    /// The forms in which a trace is taken from a request and sent on to services. Of those that came, the first in the order
    /// `tracecontext`, `b3`, `b3multi` counts. Default `["tracecontext"]`.
    pub propagation: Vec<Propagator>,
    /// Time of one export; after that it is tried again, three times at most. Default `10s`.
    #[serde(with = "values::duration")]
    pub timeout: Duration,
    /// Spans that wait for their export; further ones are dropped, and counted. Default 8192.
    pub queue: usize,
    /// Spans of one export: it leaves when there are so many, and a second later at the latest. Default 512.
    pub batch: usize,
    /// What is in `ca_file`.
    #[serde(skip)]
    pub(crate) ca: Option<Vec<u8>>,
}

impl Default for TracesConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            ca_file: None,
            headers: BTreeMap::new(),
            ratio: 0.01,
            slow: None,
            parent: TraceParent::Proxies,
            propagation: vec![Propagator::TraceContext],
            timeout: Duration::from_secs(10),
            queue: 8192,
            batch: 512,
            ca: None,
        }
    }
}

/// Whose flag decides whether a trace is kept. The trace itself is continued whoever began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceParent {
    /// That of `trust.proxies`: a client can't have all its requests traced.
    Proxies,
    /// Everybody's, where only our own programs reach this listener.
    Anyone,
    /// Nobody's.
    Nobody,
}

/// A form in which a trace travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Propagator {
    /// `traceparent`, of the W3C.
    TraceContext,
    /// `b3`, Zipkin's one header.
    B3,
    /// `X-B3-TraceId` and its fellows, Zipkin's older form.
    B3Multi,
}

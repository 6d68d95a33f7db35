//! What a request leaves behind for the people who run the BFF: its story, numbers, traces and log lines.

pub mod log;
pub mod metrics;
pub mod personal;
pub mod sink;
pub(crate) mod story;
pub(crate) mod trace;
pub mod traces;

use std::sync::Arc;

use http::{Method, StatusCode};
use tokio::time::Instant;

use self::{
    log::AccessLog,
    metrics::{Metrics, route::RouteMeter},
    trace::Propagation,
    traces::Traces,
};
use crate::{context::RequestContext, problem::Problem};

/// Who is told of requests.
pub(crate) struct Telemetry {
    pub(crate) log: AccessLog,
    /// How traces come in and go on.
    pub(crate) propagation: Propagation,
    /// Where they go, if anywhere.
    pub(crate) traces: Option<Traces>,
    /// None where nothing is counted for Prometheus.
    pub(crate) metrics: Option<Arc<Metrics>>,
}

/// A request that is over.
pub(crate) struct Finished<'a> {
    pub(crate) context: &'a RequestContext,
    pub(crate) method: &'a Method,
    /// None if the client went away before its answer was ready.
    pub(crate) status: Option<StatusCode>,
    /// What went wrong, where the answer says so.
    pub(crate) problem: Option<&'a Problem>,
    pub(crate) ended: Instant,
    /// Bytes of the answer's body; none where nobody knows before it has been sent.
    pub(crate) response_bytes: Option<u64>,
    /// What its worker counts its route with.
    pub(crate) meter: Option<&'a RouteMeter>,
}

impl Telemetry {
    /// Nobody is told.
    #[cfg(test)]
    pub(crate) fn for_test(config: &crate::config::Config) -> Self {
        let (log, propagation) =
            (AccessLog::new("test", None, &config.log), Propagation::new(&config.traces));
        Self { log, propagation, traces: None, metrics: None }
    }

    /// Whether anybody is told of requests.
    pub(crate) fn is_on(&self) -> bool {
        self.log.is_on() || self.metrics.is_some() || self.traces.is_some()
    }

    /// Whether anybody may ask for each call and attempt of a request.
    pub(crate) fn wants_whole_story(&self) -> bool {
        self.traces.is_some()
    }

    /// Tells of a request that is over.
    pub(crate) fn finished(&self, request: &Finished<'_>) {
        let told = request.context.story().take();
        if let Some(meter) = request.meter {
            meter.finish(request, &told.sections);
        }
        self.log.write(request, &told);
        if let Some(traces) = &self.traces {
            traces.finished(request, told);
        }
    }
}

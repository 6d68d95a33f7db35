//! A request whose trace is kept, as it waits for its export: what it left behind, and why it is kept.

use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode};
use tokio::time::{Duration, Instant};

use crate::{
    problem::Code,
    routes::RouteInfo,
    telemetry::{
        Finished,
        story::{SectionOutcome, Told},
        trace::TraceContext,
    },
};

/// A request whose trace is kept. It holds nothing of the caller.
pub(super) struct Kept {
    pub(super) trace: TraceContext,
    pub(super) request_id: HeaderValue,
    pub(super) route: Arc<RouteInfo>,
    pub(super) method: Method,
    /// None if the client went away.
    pub(super) status: Option<StatusCode>,
    pub(super) code: Option<Code>,
    pub(super) why: Why,
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) told: Told,
}

/// Why a trace is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Sampled,
    Error,
    Degraded,
    Slow,
}

impl Why {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Error => "error",
            Self::Degraded => "degraded",
            Self::Slow => "slow",
        }
    }

    /// Why the trace of this request is kept, if it is. `slow` is what takes too long.
    pub(super) fn of(request: &Finished<'_>, told: &Told, slow: Duration) -> Option<Self> {
        let context = request.context.inner();
        if context.trace.is_sampled() {
            return Some(Self::Sampled);
        }
        if is_error(request.status, told) {
            return Some(Self::Error);
        }
        if is_degraded(told) {
            return Some(Self::Degraded);
        }
        let took = request.ended.saturating_duration_since(context.started);
        (took >= slow).then_some(Self::Slow)
    }
}

/// Where something is wrong with us or a service. What a client did wrong is none, nor that it went away.
fn is_error(status: Option<StatusCode>, told: &Told) -> bool {
    status.is_some_and(|status| status.is_server_error())
        || told.sections.iter().any(|section| {
            section.outcome == SectionOutcome::Failed
                && section.reason.is_some_and(|reason| reason.code().status().is_server_error())
        })
}

pub(super) fn is_degraded(told: &Told) -> bool {
    use SectionOutcome::{Absent, Fallback, Stale};
    told.sections.iter().any(|section| matches!(section.outcome, Absent | Fallback | Stale))
}

/// How many spans the request becomes that this is told of.
pub(super) fn spans(told: &Told) -> usize {
    1 + told.sections.len() + told.calls.len() + told.attempts.len()
}

impl Kept {
    pub(super) fn new(request: &Finished<'_>, told: Told, why: Why) -> Self {
        let context = request.context.inner();
        Self {
            trace: context.trace,
            request_id: context.request_id.clone(),
            route: Arc::clone(&context.route),
            method: request.method.clone(),
            status: request.status,
            code: request.problem.map(crate::problem::Problem::code),
            why,
            began: context.started,
            ended: request.ended,
            told,
        }
    }

    /// How many spans it becomes.
    pub(super) fn spans(&self) -> usize {
        spans(&self.told)
    }
}

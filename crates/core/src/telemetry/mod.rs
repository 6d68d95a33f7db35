//! What a request leaves behind for the people who run the BFF: its story, numbers, traces and log lines.

pub mod log;
pub mod metrics;
pub mod personal;
pub mod sink;
pub(crate) mod story;
pub(crate) mod trace;

use http::{Method, StatusCode};
use tokio::time::Instant;

use self::log::AccessLog;
use crate::{context::RequestContext, problem::Problem};

/// Who is told of requests.
pub(crate) struct Telemetry {
    pub(crate) log: AccessLog,
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
}

impl Telemetry {
    /// Whether anybody is told of requests.
    pub(crate) fn is_on(&self) -> bool {
        self.log.is_on()
    }

    /// Whether anybody may ask for each call and attempt of a request.
    #[expect(clippy::unused_self, reason = "nobody asks yet")]
    pub(crate) fn wants_whole_story(&self) -> bool {
        false
    }

    /// Tells of a request that is over.
    pub(crate) fn finished(&self, request: &Finished<'_>) {
        let told = request.context.story().take();
        self.log.write(request, &told);
    }
}

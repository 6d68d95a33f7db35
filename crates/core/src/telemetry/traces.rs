//! Traces: the story of a request as spans, to a collector by OTLP over gRPC.
//!
//! A request's thread decides whether it is kept ([`kept`]) and hands it over ([`queue`]); all else is done on a thread of its own
//! ([`exporter`]). Kept is what was chosen when it arrived, and what turned out to be an error, degraded or slow.
//!
//! Messages and client are those of `opentelemetry-proto`. The SDK's exporter would turn our story into its own spans first, and
//! does not say how many it lost, nor gives up on a collector that hangs when the process ends.

mod attributes;
pub mod catalogue;
mod client;
mod clock;
mod counts;
mod exporter;
mod kept;
mod origin;
mod queue;
mod spans;
#[cfg(test)]
mod testing;

use std::{sync::Arc, time::Duration};

pub(crate) use self::exporter::Exporter;
use self::{
    client::Dialler,
    kept::{Kept, Why},
    origin::Origin,
    queue::Queue,
};
pub use self::{counts::SpanCounts, origin::RESOURCE};
use super::{Finished, story::Told};
use crate::config::{Config, TracesConfig};

/// Where traces go. There is none where the configuration has no `traces.endpoint`.
pub(crate) struct Traces {
    queue: Arc<Queue>,
    name: &'static str,
    config: TracesConfig,
    /// Of a route that has none of its own.
    deadline: Duration,
}

impl Traces {
    pub(crate) fn new(name: &'static str, config: &Config) -> Option<Self> {
        config.traces.endpoint.as_ref()?;
        let traces = config.traces.clone();
        let queue = Arc::new(Queue::new(traces.queue, traces.batch));
        Some(Self { queue, name, config: traces, deadline: config.screen.deadline })
    }

    /// Starts to export.
    pub(crate) fn start(&self) -> Result<Exporter, String> {
        let dialler = Dialler::new(&self.config)?;
        Exporter::start(Arc::clone(&self.queue), dialler, Origin::new(self.name))
            .map_err(|error| format!("no thread to export spans on: {error}"))
    }

    /// Keeps a request that is over, if it should be.
    pub(super) fn finished(&self, request: &Finished<'_>, told: Told) {
        let route = &request.context.inner().route;
        let slow = self.config.slow.unwrap_or_else(|| route.deadline.unwrap_or(self.deadline) / 2);
        if let Some(why) = Why::of(request, &told, slow) {
            self.queue.offer(kept::spans(&told), || Kept::new(request, told, why));
        }
    }

    /// What became of spans so far.
    pub(crate) fn counts(&self) -> SpanCounts {
        self.queue.counters.read()
    }
}

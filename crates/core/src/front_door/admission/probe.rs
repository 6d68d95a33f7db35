//! Feels how long ready work waits for its turn on a worker: a task that sleeps, is then at the end of the queue of tasks, and
//! looks at the clock. A request has many turns: what it waits for all of them together is the *lag*.
//!
//! From when its sleep should have ended to when its turn came is what any other work that was ready then had to wait: for the
//! task that was running, for all that stood before it, and for a processor. It looks forty times a second, since each look
//! wakes a processor that may have nothing else to do, and a hundred times while it finds a lag.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{
    limit::{Limit, Look},
    worker::{Cause, Took, Worker},
};
use crate::{config::AdmissionConfig, routes::Priority};

/// Between two looks.
const PERIOD: Duration = Duration::from_millis(25);

/// The same while there is a lag, or a limit.
const ALERT: Duration = Duration::from_millis(10);

/// What was worked on within it counts as busy, and within the one before. As long as requests take, between these, or a flood
/// would be admitted anew while the last one waits for its services.
const SPAN: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(1);

/// The grain of the runtime's timers: so much later they end even where nothing else is to do.
const GRAIN: Duration = Duration::from_millis(1);

/// Looks after a worker until it ends. Runs on the worker's own runtime, as a task like those of its requests.
pub(super) async fn watch(worker: Arc<Worker>, config: AdmissionConfig) {
    let mut probe = Probe::new(&config, Instant::now());
    let mut period = PERIOD;
    loop {
        let due = Instant::now() + period;
        sleep_until(due).await;
        let now = Instant::now();
        let turn = now.saturating_duration_since(due).saturating_sub(GRAIN);
        probe.look(&worker, turn, now);
        let is_alert = worker.lag() > config.lag || worker.limit().is_some();
        worker.found(is_alert);
        period = if is_alert { ALERT } else { PERIOD };
    }
}

/// What a probe knows from look to look.
pub(super) struct Probe {
    limit: Limit,
    /// What the requests that were done last came to.
    took: Took,
    looked: Instant,
    span_began: Instant,
    /// Normal and sheddable requests that were refused for the lag.
    refused: [usize; 2],
}

impl Probe {
    pub(super) fn new(config: &AdmissionConfig, now: Instant) -> Self {
        Self {
            limit: Limit::new(config),
            took: Took::default(),
            looked: now,
            span_began: now,
            refused: [0; 2],
        }
    }

    /// Has waited so long for its turn.
    pub(super) fn look(&mut self, worker: &Worker, turn: Duration, now: Instant) {
        let busy = worker.busy();
        // While none is done, those that are worked on wait as those before them did.
        self.took = worker.took().or((busy > 0).then_some(self.took)).unwrap_or_default();
        let lag = turn.max(self.took.lag);
        let refused =
            [Priority::Normal, Priority::Sheddable].map(|priority| worker.refused(priority, Cause::Lag));
        let before = std::mem::replace(&mut self.refused, refused);
        let latency = lag.max(self.took.latency);
        let (refused, refused_normal) = (refused != before, refused[0] != before[0]);
        let period = now.saturating_duration_since(std::mem::replace(&mut self.looked, now));
        let look = Look { lag, latency, busy, refused, refused_normal, done: worker.done.get(), period };
        worker.looked(period, turn, lag, self.limit.heed(look, now));
        if now.saturating_duration_since(self.span_began) >= latency.clamp(*SPAN.start(), *SPAN.end()) {
            self.span_began = now;
            worker.end_span();
        }
    }
}

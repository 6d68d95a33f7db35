//! [`Admission`]: what the workers of a process share of it, and what is looked at beside the acceptor.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    memory::{Memory, Usage},
    pressure::Pressure,
    probe,
    readiness::Readiness,
    view::AdmissionView,
    worker::{Cause, Worker},
};
use crate::{config::AdmissionConfig, routes::Priority};

/// Between two looks at the memory and at what was refused.
const PERIOD: Duration = Duration::from_millis(250);

/// What a process admits.
#[derive(Debug)]
pub(crate) struct Admission {
    config: AdmissionConfig,
    workers: Vec<Arc<Worker>>,
    memory: Memory,
    pressure: Arc<Pressure>,
    not_ready: AtomicBool,
}

impl Admission {
    pub(crate) fn new(config: &AdmissionConfig, workers: usize) -> Self {
        let pressure = Arc::default();
        let admission = Self {
            config: config.clone(),
            workers: (0..workers).map(|_| Arc::new(Worker::new(config, &pressure))).collect(),
            memory: Memory::find("/", config.memory_limit),
            pressure,
            not_ready: AtomicBool::new(false),
        };
        if config.enabled {
            // Before the first request, so that it meets what is so.
            admission.look_at_memory();
        }
        admission
    }

    /// What the worker of this number admits; `None` if it admits all.
    pub(crate) fn worker(&self, number: usize) -> Option<Arc<Worker>> {
        self.workers.get(number).filter(|_| self.config.enabled).cloned()
    }

    /// Feels how busy the worker of this number is, until it ends. To be a task of the worker's own.
    pub(crate) async fn watch(self: Arc<Self>, number: usize) {
        if let Some(worker) = self.worker(number) {
            probe::watch(worker, self.config.clone()).await;
        }
    }

    /// Gives out the turns of the worker of this number while it lags, until it ends. To be a task of the worker's own.
    pub(crate) async fn give_out_turns(self: Arc<Self>, number: usize) {
        if let Some(worker) = self.worker(number) {
            worker.turns.give_out().await;
        }
    }

    /// Follows the memory and what is refused, until the process ends.
    pub(crate) async fn follow(self: Arc<Self>) {
        if !self.config.enabled {
            return;
        }
        // Instances that began to refuse together must not all be gone at once.
        let after = self.config.not_ready_after.mul_f64(1.0 + fastrand::f64() / 2.0);
        let mut readiness = Readiness::new(after);
        loop {
            self.look_at_memory();
            let ready = readiness.heed(self.refused(), Instant::now());
            if self.not_ready.swap(!ready, Relaxed) == ready {
                self.tell(ready);
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    fn look_at_memory(&self) {
        let percent = self.config.memory_percent;
        self.pressure.note(self.memory.look(percent), percent);
    }

    fn tell(&self, ready: bool) {
        if ready {
            tracing::info!("overload is over; ready again");
        } else {
            tracing::warn!(after = ?self.config.not_ready_after, "overloaded for too long; not ready");
        }
    }

    /// Critical and normal requests that were refused. That sheddable ones are is no reason to leave.
    fn refused(&self) -> usize {
        let causes = [Cause::InFlight, Cause::Memory, Cause::Lag];
        let refused = |priority| {
            self.workers.iter().flat_map(move |worker| causes.map(|cause| worker.refused(priority, cause)))
        };
        refused(Priority::Critical).chain(refused(Priority::Normal)).sum()
    }

    /// False while overload has lasted for too long.
    pub(crate) fn is_ready(&self) -> bool {
        !self.not_ready.load(Relaxed)
    }

    pub(crate) fn view(&self) -> AdmissionView {
        AdmissionView::of(self)
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.config.enabled
    }

    pub(super) fn memory(&self) -> Option<Usage> {
        self.pressure.usage()
    }

    pub(super) fn workers(&self) -> &[Arc<Worker>] {
        &self.workers
    }
}

#[cfg(test)]
mod tests;

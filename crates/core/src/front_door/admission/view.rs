//! What operators see of admission.

use serde::Serialize;

use super::{
    process::Admission,
    worker::{Cause, Worker},
};
use crate::routes::Priority;

/// What a process admits and refuses, at this moment.
#[derive(Debug, Clone, Serialize)]
pub struct AdmissionView {
    /// Whether anything is refused at all: `admission.enabled`.
    pub enabled: bool,
    /// False while overload has lasted for so long that `/ready` says no.
    pub ready: bool,
    /// The memory that counts. `None` where the system does not tell.
    pub memory: Option<MemoryView>,
    /// Each worker.
    pub workers: Vec<WorkerView>,
}

/// The memory of the process or of the fullest of its cgroups, in bytes.
#[derive(Debug, Clone, Serialize)]
pub struct MemoryView {
    /// In use. Over `admission.memory_percent` without file pages that the kernel could drop.
    pub used: u64,
    /// What there is.
    pub limit: u64,
}

/// What one worker admits and refuses.
#[derive(Debug, Clone, Serialize)]
pub struct WorkerView {
    /// Requests in flight.
    pub in_flight: usize,
    /// Those of them that keep it busy: all but those that have waited for a service for a tenth of a second or two, and those
    /// that were done since the probe's last look.
    pub busy: usize,
    /// The most requests that may keep it busy before normal ones are refused; `None` while nothing is too much.
    pub limit: Option<usize>,
    /// How long ready work waited for its turn when last looked at, in milliseconds.
    pub lag_ms: f64,
    /// Requests by priority, since the start.
    pub critical: AdmissionCounts,
    /// The same of normal ones.
    pub normal: AdmissionCounts,
    /// The same of sheddable ones.
    pub sheddable: AdmissionCounts,
}

/// What became of the requests of one priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AdmissionCounts {
    /// Admitted.
    pub admitted: usize,
    /// Refused since there were `admission.max_in_flight`.
    pub refused_in_flight: usize,
    /// Refused since memory was short.
    pub refused_memory: usize,
    /// Refused since the worker lagged.
    pub refused_lag: usize,
}

impl AdmissionCounts {
    /// Refused, for whatever reason.
    pub fn refused(&self) -> usize {
        self.refused_in_flight + self.refused_memory + self.refused_lag
    }
}

impl AdmissionView {
    /// The requests of this priority, over all workers.
    pub fn total(&self, priority: Priority) -> AdmissionCounts {
        self.workers.iter().map(|worker| worker.counts(priority)).fold(
            AdmissionCounts::default(),
            |sum, one| AdmissionCounts {
                admitted: sum.admitted + one.admitted,
                refused_in_flight: sum.refused_in_flight + one.refused_in_flight,
                refused_memory: sum.refused_memory + one.refused_memory,
                refused_lag: sum.refused_lag + one.refused_lag,
            },
        )
    }

    pub(super) fn of(admission: &Admission) -> Self {
        Self {
            enabled: admission.is_enabled(),
            ready: admission.is_ready(),
            memory: admission.memory().map(|usage| MemoryView { used: usage.used, limit: usage.limit }),
            workers: admission.workers().iter().map(|worker| WorkerView::of(worker)).collect(),
        }
    }
}

impl WorkerView {
    fn counts(&self, priority: Priority) -> AdmissionCounts {
        match priority {
            Priority::Critical => self.critical,
            Priority::Normal => self.normal,
            Priority::Sheddable => self.sheddable,
        }
    }

    fn of(worker: &Worker) -> Self {
        let counts = |priority| AdmissionCounts {
            admitted: worker.admitted(priority),
            refused_in_flight: worker.refused(priority, Cause::InFlight),
            refused_memory: worker.refused(priority, Cause::Memory),
            refused_lag: worker.refused(priority, Cause::Lag),
        };
        Self {
            in_flight: worker.in_flight(),
            busy: worker.busy(),
            limit: worker.limit(),
            lag_ms: worker.lag().as_secs_f64() * 1e3,
            critical: counts(Priority::Critical),
            normal: counts(Priority::Normal),
            sheddable: counts(Priority::Sheddable),
        }
    }
}

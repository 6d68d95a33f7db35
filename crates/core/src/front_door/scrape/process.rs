//! The process and its workers, and what they admit.

use std::sync::atomic::Ordering::Relaxed;

use super::Scrape;
use crate::{
    build_info::BUILD,
    front_door::{admission::WorkerView, phase::Phase},
    routes::Priority,
    telemetry::metrics::{
        catalogue::{
            self, ADMISSION_LIMIT, ADMISSIONS, CONNECTIONS, CONNECTIONS_ACCEPTED, PHASE, READY, TASKS,
            WORKER_BUSY, WORKER_LAG,
        },
        page::Page,
    },
};

impl Scrape {
    pub(super) fn write_admission(&self, page: &mut Page) {
        let view = self.process.admission.view();
        if !view.enabled {
            return;
        }
        for priority in [Priority::Critical, Priority::Normal, Priority::Sheddable] {
            let counts = view.total(priority);
            for (decision, reason, count) in [
                ("admitted", "", counts.admitted),
                ("refused", "in_flight", counts.refused_in_flight),
                ("refused", "memory", counts.refused_memory),
                ("refused", "lag", counts.refused_lag),
            ] {
                let labels = [("bff.decision", decision.into()), ("bff.reason", reason.into())];
                page.add(&ADMISSIONS, &labels, count as u64);
            }
        }
        let most = self.process.shared.config.admission.max_in_flight;
        for (number, WorkerView { limit, lag_ms, .. }) in view.workers.iter().enumerate() {
            let worker = [("bff.worker", number.to_string().into())];
            page.add(&ADMISSION_LIMIT, &worker, limit.map_or(most, |limit| limit.min(most)) as u64);
            page.add_real(&WORKER_LAG, &worker, lag_ms / 1e3);
        }
    }

    pub(super) fn write_process(&self, page: &mut Page) {
        for (number, worker) in self.workers.iter().enumerate() {
            page.add(&CONNECTIONS, &[], worker.open.load(Relaxed) as u64);
            page.add(&CONNECTIONS_ACCEPTED, &[], worker.accepted.load(Relaxed));
            let label = [("bff.worker", number.to_string().into())];
            page.add(&TASKS, &label, worker.runtime.num_alive_tasks() as u64);
            page.add_real(&WORKER_BUSY, &label, worker.runtime.worker_total_busy_duration(0).as_secs_f64());
        }
        let phase = *self.process.phase.borrow();
        let number = match phase {
            Phase::Serving => 0,
            Phase::NotReady => 1,
            Phase::Draining | Phase::Gone => 2,
        };
        page.add(&PHASE, &[], number);
        page.add(&READY, &[], u64::from(self.process.is_ready()));
        let build = [
            ("bff.name", self.process.shared.name.into()),
            ("service.version", BUILD.version.into()),
            ("bff.revision", BUILD.revision.into()),
            ("bff.config_hash", self.config_hash.clone().into()),
        ];
        page.add(&catalogue::BUILD, &build, 1);
    }
}

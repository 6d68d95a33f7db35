//! [`Scrape`]: what `/metrics` says: what the meters of all workers have counted, and what other modules count already, which is
//! only read when somebody asks.

mod process;
mod services;

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize},
};

use tokio::runtime::RuntimeMetrics;

use super::admin::Process;
use crate::telemetry::{
    log::LineCounts,
    metrics::{
        catalogue::{JWKS_AGE, LOG_LINES, SPANS, TOKEN_CACHE},
        page::Page,
        process as kernel,
    },
    traces::{SpanCounts, Traces},
};

/// All that a scrape reads.
pub(super) struct Scrape {
    process: Process,
    workers: Vec<Watched>,
    config_hash: String,
}

/// What is read of a worker.
pub(super) struct Watched {
    pub(super) runtime: RuntimeMetrics,
    /// Connections that are open, and those that it was ever given.
    pub(super) open: Arc<AtomicUsize>,
    pub(super) accepted: Arc<AtomicU64>,
}

impl Scrape {
    pub(super) fn of(process: &Process, workers: Vec<Watched>) -> Self {
        Self { process: process.clone(), workers, config_hash: process.shared.config.fingerprint() }
    }

    /// Whether anything is counted.
    pub(super) fn is_on(&self) -> bool {
        self.process.shared.telemetry.metrics.is_some()
    }

    /// What is so now.
    pub(super) fn page(&self) -> Page {
        let mut page = Page::default();
        if let Some(metrics) = &self.process.shared.telemetry.metrics {
            metrics.write(&mut page);
        }
        services::write(&self.process.services, &mut page);
        self.write_credentials(&mut page);
        self.write_admission(&mut page);
        self.write_process(&mut page);
        self.write_telemetry(&mut page);
        kernel::write(&mut page);
        page
    }

    fn write_credentials(&self, page: &mut Page) {
        let tokens = self.process.shared.authenticator.tokens();
        let (hits, misses) = tokens.lookups();
        page.add(&TOKEN_CACHE, &[("bff.result", "hit".into())], hits);
        page.add(&TOKEN_CACHE, &[("bff.result", "miss".into())], misses);
        for (issuer, age) in tokens.ages() {
            if let Some(age) = age {
                page.add_real(&JWKS_AGE, &[("bff.issuer", issuer.to_owned().into())], age.as_secs_f64());
            }
        }
    }

    fn write_telemetry(&self, page: &mut Page) {
        let telemetry = &self.process.shared.telemetry;
        let LineCounts { written, sampled_out, lost } = telemetry.log.lines();
        for (result, count) in [("written", written), ("sampled_out", sampled_out), ("lost", lost)] {
            page.add(&LOG_LINES, &[("bff.result", result.into())], count);
        }
        let SpanCounts { exported, dropped, failed } =
            telemetry.traces.as_ref().map(Traces::counts).unwrap_or_default();
        for (result, count) in [("exported", exported), ("dropped", dropped), ("failed", failed)] {
            page.add(&SPANS, &[("bff.result", result.into())], count);
        }
    }
}

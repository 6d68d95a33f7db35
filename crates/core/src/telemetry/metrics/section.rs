//! [`SectionMeter`]: what one worker counts of one section of a screen.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{
    catalogue::{SECTION_ANSWERS, SECTION_DURATION},
    histogram::{Histogram, SECONDS},
    page::{Page, Value},
};
use crate::{
    call::Reason,
    telemetry::story::{SectionOutcome, SectionRecord},
};

/// With no reason, or with each.
const REASONS: usize = 1 + Reason::ALL.len();

/// What one worker counts of one section.
#[derive(Debug)]
pub(crate) struct SectionMeter {
    duration: Histogram,
    answers: [[AtomicU64; REASONS]; SectionOutcome::ALL.len()],
}

impl Default for SectionMeter {
    fn default() -> Self {
        let answers = [const { [const { AtomicU64::new(0) }; REASONS] }; SectionOutcome::ALL.len()];
        Self { duration: Histogram::new(&SECONDS), answers }
    }
}

impl SectionMeter {
    /// It has its answer, or was given up: then it took no time that says anything.
    pub(super) fn answer(&self, section: &SectionRecord) {
        let reason = section.reason.map_or(0, |reason| 1 + reason as usize);
        self.answers[section.outcome as usize][reason].fetch_add(1, Relaxed);
        if section.outcome != SectionOutcome::Cancelled {
            self.duration.observe_time(section.elapsed);
        }
    }

    pub(super) fn write(&self, page: &mut Page, route: &[(&'static str, Value); 2], name: &str) {
        let [method, path] = route.clone();
        let own = [method, path, ("bff.section", Value::from(name.to_owned()))];
        page.add_histogram(&SECTION_DURATION, &own, &self.duration);
        for (outcome, by_reason) in SectionOutcome::ALL.iter().zip(&self.answers) {
            let reasons = [""].into_iter().chain(Reason::ALL.iter().map(|reason| reason.as_str()));
            for (reason, count) in reasons.zip(by_reason) {
                let count = count.load(Relaxed);
                if count > 0 {
                    let [method, path, section] = own.clone();
                    let labels = [
                        method,
                        path,
                        section,
                        ("bff.outcome", outcome.as_str().into()),
                        ("bff.reason", reason.into()),
                    ];
                    page.add(&SECTION_ANSWERS, &labels, count);
                }
            }
        }
    }
}

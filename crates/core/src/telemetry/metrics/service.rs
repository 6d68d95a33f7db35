//! [`ServiceMeter`]: what one worker counts of the calls on one service, for each of its operations.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::time::Instant;

use super::{
    attempt::{Attempts, Origin},
    catalogue::{CALL_DURATION, CALLS, HTTP_CLIENT_RESPONSE_SIZE},
    histogram::{BYTES, Histogram, SECONDS},
    page::{Page, Value},
    slots::Slots,
};
use crate::{call::Reason, telemetry::story::AttemptRecord};

/// Operations of one service that are told apart: those are written in its client, and so are few.
const OPERATIONS: usize = 64;

/// What one worker counts of the calls on one service.
#[derive(Debug)]
pub(crate) struct ServiceMeter {
    name: &'static str,
    grpc: bool,
    /// By the URLs of the configuration.
    origins: Vec<Origin>,
    operations: Slots<&'static str, OperationMeter>,
}

/// What one worker counts of one operation.
#[derive(Debug)]
pub(crate) struct OperationMeter {
    duration: Histogram,
    answered: AtomicU64,
    cancelled: AtomicU64,
    failed: [AtomicU64; Reason::ALL.len()],
    attempts: Attempts,
    reply_size: Histogram,
}

/// What became of a call that was waited for to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ended {
    Answered,
    Failed(Reason),
}

impl ServiceMeter {
    pub(super) fn new(name: &'static str, grpc: bool, urls: &[String]) -> Self {
        Self {
            name,
            grpc,
            origins: urls.iter().map(|url| Origin::of(url)).collect(),
            operations: Slots::new(OPERATIONS, OperationMeter::new(grpc, urls.len())),
        }
    }

    /// The meter of an operation.
    pub(crate) fn operation(&self, name: &'static str) -> &OperationMeter {
        // Names are literals: most often the same one.
        let is_it = |known: &&'static str| std::ptr::eq(*known, name) || *known == name;
        self.operations.find(is_it, || (name, OperationMeter::new(self.grpc, self.origins.len())))
    }

    /// An attempt at an endpoint of this URL has ended.
    pub(crate) fn attempt(&self, operation: &'static str, url: Option<&str>, attempt: &AttemptRecord) {
        let origin = url.and_then(|url| self.origins.iter().position(|origin| origin.is_of(url)));
        let elapsed = attempt.ended.saturating_duration_since(attempt.began);
        self.operation(operation).attempts.observe(origin, &attempt.wire, attempt.end, elapsed);
    }

    pub(super) fn write(&self, page: &mut Page) {
        for (operation, meter) in self.operations.iter() {
            let operation = Value::from(operation.copied().unwrap_or("other"));
            let own = [("bff.service", self.name.into()), ("bff.operation", operation)];
            meter.write(page, &own);
            meter.attempts.write(page, &own, &self.origins);
        }
    }
}

impl OperationMeter {
    fn new(grpc: bool, origins: usize) -> Self {
        Self {
            duration: Histogram::new(&SECONDS),
            answered: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            failed: [const { AtomicU64::new(0) }; Reason::ALL.len()],
            attempts: Attempts::new(grpc, origins),
            reply_size: Histogram::new(&BYTES),
        }
    }

    /// A call begins. It is counted when this is dropped, so that one which nobody waits for any more is counted too.
    pub(crate) fn begin(&self, now: Instant) -> CallFlight<'_> {
        CallFlight { meter: self, began: now, ended: None }
    }

    /// The body of a reply over HTTP.
    pub(crate) fn reply(&self, bytes: usize) {
        self.reply_size.observe_size(bytes);
    }

    fn write(&self, page: &mut Page, own: &[(&'static str, Value); 2]) {
        page.add_histogram(&CALL_DURATION, own, &self.duration);
        page.add_histogram(&HTTP_CLIENT_RESPONSE_SIZE, own, &self.reply_size);
        let failed =
            Reason::ALL.iter().zip(&self.failed).map(|(reason, count)| ("failed", reason.as_str(), count));
        let all = [("answered", "", &self.answered), ("cancelled", "", &self.cancelled)];
        for (outcome, reason, count) in all.into_iter().chain(failed) {
            let count = count.load(Relaxed);
            if count > 0 {
                let [service, operation] = own.clone();
                let labels =
                    [service, operation, ("bff.outcome", outcome.into()), ("bff.reason", reason.into())];
                page.add(&CALLS, &labels, count);
            }
        }
    }
}

/// A call on its way.
pub(crate) struct CallFlight<'a> {
    meter: &'a OperationMeter,
    began: Instant,
    ended: Option<Ended>,
}

impl CallFlight<'_> {
    pub(crate) fn end(&mut self, ended: Ended) {
        self.ended = Some(ended);
    }
}

impl Drop for CallFlight<'_> {
    fn drop(&mut self) {
        let count = match self.ended {
            Some(Ended::Answered) => &self.meter.answered,
            Some(Ended::Failed(reason)) => &self.meter.failed[reason as usize],
            None => &self.meter.cancelled,
        };
        count.fetch_add(1, Relaxed);
        // How long nobody waited says nothing.
        if self.ended.is_some() {
            self.meter.duration.observe_time(self.began.elapsed());
        }
    }
}

#[cfg(test)]
mod tests;

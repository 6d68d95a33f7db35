//! What became of spans.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What became of the spans of requests that were to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpanCounts {
    /// The collector has them.
    pub exported: u64,
    /// There was no room for them, or no time at the end of the process.
    pub dropped: u64,
    /// The collector did not take them, however often it was asked.
    pub failed: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    exported: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
}

impl Counters {
    pub(super) fn exported(&self, spans: usize) {
        self.exported.fetch_add(spans as u64, Relaxed);
    }

    pub(super) fn dropped(&self, spans: usize) {
        self.dropped.fetch_add(spans as u64, Relaxed);
    }

    pub(super) fn failed(&self, spans: usize) {
        self.failed.fetch_add(spans as u64, Relaxed);
    }

    pub(super) fn read(&self) -> SpanCounts {
        let [exported, dropped, failed] =
            [&self.exported, &self.dropped, &self.failed].map(|count| count.load(Relaxed));
        SpanCounts { exported, dropped, failed }
    }
}

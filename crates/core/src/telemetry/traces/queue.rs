//! Requests that wait for their export: as many spans as configured, and no more whatever the collector does.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};
use tonic::Code;

use super::{counts::Counters, kept::Kept};

/// What waits leaves after this at the latest.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Queue {
    waiting: Mutex<VecDeque<Kept>>,
    /// Of all that waits. Changed under the lock only.
    spans: AtomicUsize,
    room: usize,
    batch: usize,
    /// There is a batch, or it is over.
    due: Notify,
    over: Notify,
    closed: AtomicBool,
    /// Whether the collector took nothing, when it was asked last.
    failing: AtomicBool,
    pub(super) counters: Counters,
}

impl Queue {
    /// `room` and `batch` are numbers of spans.
    pub(super) fn new(room: usize, batch: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            spans: AtomicUsize::new(0),
            room,
            batch: batch.min(room),
            due: Notify::new(),
            over: Notify::new(),
            closed: AtomicBool::new(false),
            failing: AtomicBool::new(false),
            counters: Counters::default(),
        }
    }

    /// Takes a request of so many spans in, or counts it as dropped: then its thread has paid two atomics.
    pub(super) fn offer(&self, spans: usize, request: impl FnOnce() -> Kept) {
        let fits = |held: usize| held.saturating_add(spans) <= self.room;
        if !fits(self.spans.load(Relaxed)) {
            return self.counters.dropped(spans);
        }
        let request = request();
        let mut waiting = self.lock();
        // Others may have come in meanwhile.
        let before = self.spans.load(Relaxed);
        if !fits(before) {
            return self.counters.dropped(spans);
        }
        self.spans.store(before + spans, Relaxed);
        waiting.push_back(request);
        drop(waiting);
        // Whoever fills a batch wakes the exporter, and nobody else: a wake-up costs more than all else here.
        if before < self.batch && before + spans >= self.batch {
            self.due.notify_one();
        }
    }

    /// Waits until something should leave. False once it is closed.
    pub(super) async fn due(&self) -> bool {
        if !self.closed.load(Relaxed) && self.spans.load(Relaxed) < self.batch {
            tokio::select! {
                () = self.due.notified() => {}
                () = sleep(PAUSE) => {}
            }
        }
        !self.closed.load(Relaxed)
    }

    /// The next batch, oldest first, if anything waits. A request stays whole, even one that is more than a batch.
    pub(super) fn take(&self) -> Option<Vec<Kept>> {
        let (mut taken, mut spans) = (Vec::new(), 0);
        let mut waiting = self.lock();
        while let Some(next) = waiting.front() {
            let with = spans + next.spans();
            if !taken.is_empty() && with > self.batch {
                break;
            }
            spans = with;
            taken.extend(waiting.pop_front());
        }
        self.spans.fetch_sub(spans, Relaxed);
        drop(waiting);
        (!taken.is_empty()).then_some(taken)
    }

    /// No request comes any more.
    pub(super) fn close(&self) {
        self.closed.store(true, Relaxed);
        self.due.notify_one();
        self.over.notify_one();
    }

    /// Waits until it is closed, for the one that exports.
    pub(super) async fn closed(&self) {
        self.over.notified().await;
    }

    /// Logs when the collector begins to refuse what it is sent, and when that ends: once, and nothing that it says.
    pub(super) fn tell(&self, refusal: Option<Code>) {
        let was_failing = self.failing.swap(refusal.is_some(), Relaxed);
        match refusal {
            Some(code) if !was_failing => tracing::warn!("the collector of traces takes no spans: {code:?}"),
            None if was_failing => tracing::info!("the collector of traces takes spans again"),
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

//! Whether the workers make progress: each shows once a second that its thread still gets to its tasks.
//!
//! A worker that shows nothing for `health.stuck_after` is stuck: a handler blocks its thread or runs in a loop, which no deadline
//! ends. Only another process helps. How busy a worker is does not matter here, nor what any service does.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use super::phase::Phase;

/// The longest time between two beats.
const PERIOD: Duration = Duration::from_secs(1);

/// It has ended as it should.
const DONE: u64 = u64::MAX;

/// It has ended before its time, by a panic for example.
const DIED: u64 = u64::MAX - 1;

/// The workers of a process.
#[derive(Debug)]
pub(crate) struct Heartbeats {
    began: Instant,
    stuck_after: Duration,
    /// When each worker showed that it lives: milliseconds since `began`.
    workers: Box<[AtomicU64]>,
}

/// Why a worker is not live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Its thread is gone.
    Ended(usize),
    /// Its thread has not got to its tasks for so long.
    Stuck(usize, Duration),
}

impl Heartbeats {
    pub(crate) fn new(workers: usize, stuck_after: Duration) -> Self {
        let workers = (0..workers).map(|_| AtomicU64::new(0)).collect();
        Self { began: Instant::now(), stuck_after, workers }
    }

    /// Shows that a worker lives, for as long as it is polled. To be a task of the worker's own.
    pub(super) async fn beat(&self, number: usize) {
        // So often that one beat which comes late is no reason for an alarm.
        let period = PERIOD.min(self.stuck_after / 4);
        loop {
            self.write(number, self.now());
            sleep(period).await;
        }
    }

    /// The workers that make no progress.
    pub(crate) fn stopped(&self) -> Vec<Stopped> {
        let now = self.now();
        let stopped = |(number, last): (usize, &AtomicU64)| match last.load(Relaxed) {
            DONE => None,
            DIED => Some(Stopped::Ended(number)),
            last => {
                let silent = Duration::from_millis(now.saturating_sub(last));
                (silent >= self.stuck_after).then_some(Stopped::Stuck(number, silent))
            }
        };
        self.workers.iter().enumerate().filter_map(stopped).collect()
    }

    /// How long ago the process started.
    pub(crate) fn uptime(&self) -> Duration {
        self.began.elapsed()
    }

    fn write(&self, number: usize, beat: u64) {
        if let Some(worker) = self.workers.get(number) {
            worker.store(beat, Relaxed);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or_default()
    }
}

/// A worker's thread. Dropped with it, it tells whether that was its time.
pub(super) struct Pulse {
    pub(super) heartbeats: std::sync::Arc<Heartbeats>,
    pub(super) number: usize,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Drop for Pulse {
    fn drop(&mut self) {
        let early = matches!(*self.phase.borrow(), Phase::Serving | Phase::NotReady);
        self.heartbeats.write(self.number, if early { DIED } else { DONE });
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(worker) => write!(out, "worker {worker} has ended"),
            Self::Stuck(worker, silent) if silent.as_secs() == 0 => {
                write!(out, "worker {worker} has not moved for {} ms", silent.as_millis())
            }
            Self::Stuck(worker, silent) => {
                write!(out, "worker {worker} has not moved for {} s", silent.as_secs())
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! [`Work`]: what a request and the worker that works on it tell each other.
//!
//! The worker says how long the request waited for its turns, so that nobody takes its own lag for a slow service. The request says
//! what there is to do for it, so that the worker can tell who should wait. Without admission nobody says anything.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Written by the one worker of its request.
#[derive(Debug, Default)]
pub(crate) struct Work {
    lag_micros: AtomicU64,
    worker_lags: AtomicBool,
    is_long: AtomicBool,
    handicap: AtomicU32,
}

impl Work {
    /// How long the request has waited for its turns: the part of its time that is our own queue.
    pub(crate) fn lag(&self) -> Duration {
        Duration::from_micros(self.lag_micros.load(Relaxed))
    }

    /// Whether the worker had more to do than it can when the request was worked on last.
    pub(crate) fn worker_lags(&self) -> bool {
        self.worker_lags.load(Relaxed)
    }

    /// A turn begins: how long the request has waited for all its turns, and whether the worker lags.
    pub(crate) fn begin_turn(&self, lag: Duration, worker_lags: bool) {
        self.lag_micros.store(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.worker_lags.store(worker_lags, Relaxed);
    }

    /// This turn takes long: something large is being decoded.
    pub(crate) fn takes_long(&self) {
        self.is_long.store(true, Relaxed);
    }

    /// A turn is over: whether it took long.
    pub(crate) fn end_turn(&self) -> bool {
        let is_long = self.is_long.load(Relaxed);
        if is_long {
            self.is_long.store(false, Relaxed);
        }
        is_long
    }

    /// How many of those that come later go first where requests wait for their turns.
    pub(crate) fn handicap(&self) -> u32 {
        self.handicap.load(Relaxed)
    }

    /// Lets so many of those that come later go first.
    pub(crate) fn set_handicap(&self, handicap: u32) {
        self.handicap.store(handicap, Relaxed);
    }
}

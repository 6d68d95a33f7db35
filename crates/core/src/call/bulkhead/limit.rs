//! The limit as a state machine: pure, with the clock as an argument.
//!
//! At the end of each window the limit is multiplied by `2 × usual latency / latency of the window`, between a half and two:
//! the gradient of Netflix's concurrency-limits (Gradient2) with its bounds from Envoy's adaptive concurrency. By Little's
//! law a service that queues answers as slowly as there are calls in flight, so that this leads to calls that take twice as
//! long as usual: the service is busy all the time, with a short queue. What takes no longer than that changes nothing.
//!
//! Where the usual latency comes from decides whether overload is seen for long. It follows in both directions while the
//! limit was hardly used, and only down while it was: a queue of our own making never becomes usual (which is where Gradient2
//! drifts). A service that stays slow with the fewest calls in flight has become slow for good: it is measured anew, with
//! few in flight, as Envoy does for its minRTT.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    baseline::{Baselines, LEARN, Learn},
    window::Window,
};
use crate::config::BulkheadConfig;

/// What an attempt says of its service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) operation: &'static str,
    pub(super) says: Says,
    pub(super) took: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Answered,
    /// Answered with a refusal, which often takes another time than an answer.
    Refused,
    TimedOut,
    /// 429 and its gRPC kin.
    TurnedAway,
}

#[derive(Debug)]
pub(super) struct Limit {
    at_least: usize,
    at_most: usize,
    /// The limit before it is rounded down.
    exact: f64,
    baselines: Baselines,
    window: Window,
    /// Since when the service is slow although the limit is the least.
    slow_since: Option<Instant>,
}

impl Limit {
    pub(super) fn new(config: &BulkheadConfig, now: Instant) -> Self {
        Self {
            at_least: config.at_least.min(config.limit),
            at_most: config.limit,
            exact: count(config.limit),
            baselines: Baselines::default(),
            window: Window::new(now),
            slow_since: None,
        }
    }

    pub(super) fn present(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between two of them"
        )]
        let present = self.exact as usize;
        present
    }

    /// An attempt ended, which was one of so many in flight.
    pub(super) fn record(&mut self, sample: Sample, in_flight: usize, now: Instant) {
        let Sample { operation, says, took } = sample;
        let slower = match says {
            Says::Answered | Says::Refused => {
                Some(self.baselines.compare(operation, says == Says::Refused, took))
            }
            // It was given less time than it usually takes: others had used up the request's.
            Says::TimedOut if self.baselines.usual(operation).is_some_and(|usual| took < usual) => return,
            Says::TimedOut | Says::TurnedAway => None,
        };
        self.window.add(slower, took, in_flight);
        if self.window.is_over(now) {
            let window = std::mem::replace(&mut self.window, Window::new(now));
            self.adjust(&window, now);
        }
    }

    fn adjust(&mut self, window: &Window, now: Instant) {
        let factor = window.factor();
        let used = count(window.busiest()) > self.exact / 2.0;
        // With no more in flight than the least no limit would have helped. That is left to the breaker.
        let matters = if factor > 1.0 { used } else { window.busiest() > self.at_least };
        if matters {
            self.exact = (self.exact * factor).clamp(count(self.at_least), count(self.at_most));
        }
        let stuck = used && window.is_slow() && self.present() == self.at_least;
        self.slow_since = stuck.then(|| self.slow_since.unwrap_or(now));
        let for_good = self.slow_since.is_some_and(|since| now.saturating_duration_since(since) >= LEARN);
        let learn = if for_good {
            Learn::Anew
        } else if used {
            Learn::Faster
        } else {
            Learn::Both
        };
        self.baselines.learn(learn, now.saturating_duration_since(window.began()));
    }
}

fn count(calls: usize) -> f64 {
    f64::from(u32::try_from(calls).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;

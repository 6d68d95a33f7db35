//! How many requests may keep a worker busy that lags: pure, with the clock as an argument.
//!
//! What is measured is the *lag*: how long a request that could be worked on waits, over all its turns. It is the part of its
//! latency that is our own queue, and without one it is nought, so no usual latency need be learned, and a service that answers slowly is no
//! reason to refuse anybody. As in CoDel (RFC 8289) only a queue that stands counts: while one look in an interval finds
//! little lag, all that came has been worked off, and a burst was no more than that.
//!
//! Once the lag stands there is a limit. It begins at what keeps the worker busy at that moment and is multiplied, there and at
//! the end of each interval, by the *gradient*: the latency that requests would have with the lag that may be, over the one
//! that they have. By Little's law that is how many the worker gets done without a longer queue. It is Gradient2 of Netflix's
//! concurrency-limits, whose root is added where somebody was refused, with a latency that is known and not learned. It falls
//! by the look that found least, and rises by what all found on average: the first ones still see what was before the last
//! step, and a rise by those would be made twice. By the gradient it falls no further while more requests keep the worker busy
//! than it allows, since the last step has not had its effect yet, and those that are done then waited in a queue that is no
//! more. How many the worker gets done it shows in any case, and with that how many those are that it can [sustain](Interval): to
//! these the limit falls at once, or a flood would take many steps, and new ones would go on waiting for what came before them.
//!
//! The worker is then busy all the time, with a short queue. The limit is gone once there was neither a lag nor a refusal for a
//! while.

mod interval;

use std::time::Duration;

use tokio::time::Instant;

use self::interval::Interval;
use super::worker::Bounds;
use crate::config::AdmissionConfig;

/// A queue that is there for so long stands. CoDel's interval.
const INTERVAL: Duration = Duration::from_millis(100);

/// After so long without a lag or a refusal there is no limit any more.
const CALM: Duration = Duration::from_secs(1);

/// What one interval may multiply it by.
const STEEPEST: f64 = 0.5;
const STEEPEST_UP: f64 = 1.25;

/// What the probe of a worker found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    pub(super) lag: Duration,
    /// How long requests take, with their lag.
    pub(super) latency: Duration,
    /// The requests that keep the worker busy.
    pub(super) busy: usize,
    /// Whether the limit refused somebody since the look before, and whether that was more than a sheddable request.
    pub(super) refused: bool,
    pub(super) refused_normal: bool,
    /// The requests that were done since the look before, and how long ago that was.
    pub(super) done: usize,
    pub(super) period: Duration,
}

#[derive(Debug)]
pub(super) struct Limit {
    may_lag: Duration,
    at_least: f64,
    at_most: f64,
    /// What was found since every look finds a lag, while there is no limit.
    standing: Option<Interval>,
    held: Option<Held>,
}

/// The limit while there is one.
#[derive(Debug)]
struct Held {
    /// Before it is rounded down.
    exact: f64,
    /// Since when there was neither a lag nor a refusal.
    calm_since: Instant,
    interval: Interval,
    /// Whether normal requests were refused in the interval before.
    short_of_places: bool,
}

impl Limit {
    pub(super) fn new(config: &AdmissionConfig) -> Self {
        Self {
            may_lag: config.lag,
            at_least: count(config.at_least.min(config.max_in_flight)),
            at_most: count(config.max_in_flight),
            standing: None,
            held: None,
        }
    }

    /// Heeds a look and says what holds from now on.
    pub(super) fn heed(&mut self, look: Look, now: Instant) -> Bounds {
        // With no more than the least no limit would help: something else keeps the processor.
        let lags = look.lag > self.may_lag && count(look.busy) > self.at_least;
        if let Some(held) = &mut self.held {
            held.heed(look, lags, now);
            if now.saturating_duration_since(held.calm_since) >= CALM {
                self.held = None;
            } else if now.saturating_duration_since(held.interval.began) >= INTERVAL {
                let exact = held.adjusted(self.may_lag).clamp(self.at_least, self.at_most);
                let short_of_places = held.interval.refused_normal;
                *held = Held { short_of_places, ..Held::new(exact, held.calm_since, now) };
            }
        } else if let Some(first) = self.first(look, lags, now) {
            self.standing = None;
            self.held = Some(Held::new(first.clamp(self.at_least, self.at_most), now, now));
        }
        self.held.as_ref().map_or(Bounds::OPEN, Held::bounds)
    }

    /// The limit to begin with, once every look has found a lag for long enough.
    fn first(&mut self, look: Look, lags: bool, now: Instant) -> Option<f64> {
        let Some(standing) = self.standing.as_mut().filter(|_| lags) else {
            self.standing = lags.then(|| Interval::new(now.checked_sub(look.lag).unwrap_or(now)));
            return None;
        };
        // From the second one on: one look may have met anything, such as a machine that stood still.
        standing.heed(look);
        let by_gradient = count(look.busy) * look.gradient(self.may_lag);
        let stands = now.saturating_duration_since(standing.began) >= INTERVAL;
        stands.then(|| by_gradient.min(standing.sustained(self.may_lag)))
    }
}

impl Look {
    /// The latency that there would be with the lag that may be, over the one that there is.
    fn gradient(&self, may_lag: Duration) -> f64 {
        let latency = self.latency.max(self.lag).max(Duration::from_micros(1));
        (latency.saturating_sub(self.lag) + may_lag).div_duration_f64(latency).clamp(STEEPEST, STEEPEST_UP)
    }
}

impl Held {
    fn new(exact: f64, calm_since: Instant, began: Instant) -> Self {
        Self { exact, calm_since, interval: Interval::new(began), short_of_places: false }
    }

    fn heed(&mut self, look: Look, lags: bool, now: Instant) {
        self.interval.heed(look);
        if lags || look.refused {
            self.calm_since = now;
        }
    }

    fn adjusted(&self, may_lag: Duration) -> f64 {
        let interval = &self.interval;
        let (fall, rise) = (interval.least.gradient(may_lag), interval.mean().gradient(may_lag));
        if fall < 1.0 {
            // What came before the last step is not done yet: a further one would be a guess.
            let is_done = count(interval.least_busy) <= self.exact;
            let by_gradient = if is_done { self.exact * fall } else { self.exact };
            by_gradient.min(interval.sustained(may_lag))
        } else if rise >= 1.0 && interval.refused {
            self.exact * rise + self.exact.sqrt()
        } else {
            self.exact
        }
    }

    fn bounds(&self) -> Bounds {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between two numbers of requests"
        )]
        let normal = self.exact as usize;
        // Sheddable requests would take what comes free by chance alone.
        let short = self.short_of_places || self.interval.refused_normal;
        Bounds { normal, sheddable: if short { 0 } else { (normal * 3).div_ceil(5) } }
    }
}

fn count(requests: usize) -> f64 {
    f64::from(u32::try_from(requests).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;

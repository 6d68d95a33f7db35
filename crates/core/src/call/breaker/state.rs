//! The breaker's state machine: pure, with the clock as an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    standing::Probe,
    tally::{RecentSum, Tally},
    view::{At, BreakerState, BreakerTurns},
};
use crate::{call::window::Window, config::BreakerConfig};

/// Where a breaker is.
#[derive(Debug)]
pub(crate) struct State {
    config: BreakerConfig,
    phase: Phase,
    /// Counts the phases, so that an attempt of an earlier one is not judged in a later one.
    generation: u64,
    since: Instant,
    turns: BreakerTurns,
    /// Made at the first attempt, since of many a breaker nobody asks.
    tally: Option<Box<Tally>>,
}

#[derive(Debug)]
enum Phase {
    Closed { consecutive: u32, window: Window },
    Open { until: Instant, openings: u32 },
    HalfOpen { probing: bool, successes: u32, openings: u32 },
}

/// Leave to make one attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    generation: u64,
}

#[cfg(test)]
impl Pass {
    pub(super) fn generation(self) -> u64 {
        self.generation
    }

    /// One that nothing is judged by.
    pub(super) fn of_no_phase() -> Self {
        Self { generation: u64::MAX }
    }
}

/// What an attempt says of its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    Failure,
    /// Nothing.
    Ignored,
}

impl State {
    pub(super) fn new(config: &BreakerConfig, now: Instant) -> Self {
        Self {
            config: config.clone(),
            phase: Phase::closed(config, now),
            generation: 1,
            since: now,
            turns: BreakerTurns::default(),
            tally: None,
        }
    }

    /// Counts an attempt, whichever phase let it pass.
    pub(super) fn note(&mut self, verdict: Verdict, took: Duration, now: Instant) {
        self.tally.get_or_insert_with(|| Box::new(Tally::new(now))).note(verdict, took, now);
    }

    pub(super) fn add_to(&mut self, sum: &mut RecentSum, now: Instant) {
        if let Some(tally) = &mut self.tally {
            tally.add_to(sum, now);
        }
    }

    /// How often it came to each state, to open after failed probes too.
    pub(super) fn turns(&self) -> BreakerTurns {
        self.turns
    }

    /// Where it is, since when, and until when where it is open.
    pub(super) fn at(&self) -> At {
        let until = match self.phase {
            Phase::Open { until, .. } => Some(until),
            Phase::Closed { .. } | Phase::HalfOpen { .. } => None,
        };
        At { state: self.phase.state(), since: self.since, until }
    }

    pub(super) fn probe(&self) -> Probe {
        match self.phase {
            Phase::Closed { .. } => Probe::Needless,
            Phase::Open { until, .. } => Probe::From(until),
            Phase::HalfOpen { probing: true, .. } => Probe::Out,
            Phase::HalfOpen { .. } => Probe::Free,
        }
    }

    #[cfg(test)]
    pub(super) fn name(&self) -> &'static str {
        self.phase.state().as_str()
    }

    /// A pass, or how long it is until a probe may be made.
    pub(super) fn enter(&mut self, now: Instant) -> Result<Pass, Duration> {
        match &mut self.phase {
            Phase::Closed { .. } => {}
            Phase::Open { until, .. } if now < *until => return Err(*until - now),
            Phase::Open { openings, .. } => {
                let openings = *openings;
                self.turn(Phase::HalfOpen { probing: true, successes: 0, openings }, now);
            }
            // One probe at a time; the others learn its outcome soon.
            Phase::HalfOpen { probing: true, .. } => return Err(Duration::ZERO),
            Phase::HalfOpen { probing, .. } => *probing = true,
        }
        Ok(Pass { generation: self.generation })
    }

    pub(super) fn leave(&mut self, pass: Pass, verdict: Verdict, now: Instant) {
        if pass.generation != self.generation {
            return;
        }
        match &mut self.phase {
            Phase::Closed { consecutive, window } => {
                if verdict == Verdict::Ignored {
                    return;
                }
                let failed = verdict == Verdict::Failure;
                *consecutive = if failed { *consecutive + 1 } else { 0 };
                let counts = window.at(now);
                counts.calls = counts.calls.saturating_add(1);
                counts.marked = counts.marked.saturating_add(u32::from(failed));
                // A success can't be what opens it, so that only failures pay for the sum.
                if failed {
                    let too_many_in_a_row = *consecutive >= self.config.consecutive_failures;
                    let sum = window.sum(now);
                    let rate = u64::from(sum.marked) * 100
                        >= u64::from(sum.calls) * u64::from(self.config.failure_percent);
                    if too_many_in_a_row || (sum.calls >= self.config.minimum_calls && rate) {
                        self.open(1, now);
                    }
                }
            }
            Phase::HalfOpen { probing, successes, openings } => match verdict {
                Verdict::Ignored => *probing = false,
                Verdict::Failure => {
                    let openings = openings.saturating_add(1);
                    self.open(openings, now);
                }
                Verdict::Success => {
                    (*probing, *successes) = (false, *successes + 1);
                    if *successes >= self.config.successes_to_close {
                        self.close(now);
                    }
                }
            },
            // Nobody has a pass of this generation.
            Phase::Open { .. } => {}
        }
    }

    /// Twice as long each time, up to the longest, and between three and five quarters of it, so that several instances
    /// don't probe at one moment.
    fn open(&mut self, openings: u32, now: Instant) {
        let doubled = self.config.open_for.saturating_mul(1 << (openings - 1).min(16));
        let length = doubled.min(self.config.open_for_at_most).mul_f64(0.75 + fastrand::f64() / 2.0);
        self.turn(Phase::Open { until: now + length, openings }, now);
    }

    fn close(&mut self, now: Instant) {
        self.turn(Phase::closed(&self.config, now), now);
    }

    fn turn(&mut self, phase: Phase, now: Instant) {
        self.turns.count(phase.state());
        self.phase = phase;
        self.since = now;
        self.generation += 1;
    }
}

impl Phase {
    fn closed(config: &BreakerConfig, now: Instant) -> Self {
        Self::Closed { consecutive: 0, window: Window::new(config.window, now) }
    }

    fn state(&self) -> BreakerState {
        match self {
            Self::Closed { .. } => BreakerState::Closed,
            Self::HalfOpen { .. } => BreakerState::HalfOpen,
            Self::Open { .. } => BreakerState::Open,
        }
    }
}

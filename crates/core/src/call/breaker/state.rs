//! The breaker's state machine: pure, with the clock as an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::standing::Probe;
use crate::{call::window::Window, config::BreakerConfig};

/// Where a breaker is.
#[derive(Debug)]
pub(crate) struct State {
    config: BreakerConfig,
    phase: Phase,
    /// Counts the phases, so that an attempt of an earlier one is not judged in a later one.
    generation: u64,
    /// How often it opened, after failed probes too.
    opens: u64,
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
        let mut state = Self {
            config: config.clone(),
            phase: Phase::Open { until: now, openings: 0 },
            generation: 0,
            opens: 0,
        };
        state.close(now);
        state
    }

    pub(super) fn opens(&self) -> u64 {
        self.opens
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
        match self.phase {
            Phase::Closed { .. } => "closed",
            Phase::Open { .. } => "open",
            Phase::HalfOpen { .. } => "half_open",
        }
    }

    /// A pass, or how long it is until a probe may be made.
    pub(super) fn enter(&mut self, now: Instant) -> Result<Pass, Duration> {
        match &mut self.phase {
            Phase::Closed { .. } => {}
            Phase::Open { until, .. } if now < *until => return Err(*until - now),
            Phase::Open { openings, .. } => {
                let openings = *openings;
                self.turn(Phase::HalfOpen { probing: true, successes: 0, openings });
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
        self.opens += 1;
        self.turn(Phase::Open { until: now + length, openings });
    }

    fn close(&mut self, now: Instant) {
        self.turn(Phase::Closed { consecutive: 0, window: Window::new(self.config.window, now) });
    }

    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation += 1;
    }
}

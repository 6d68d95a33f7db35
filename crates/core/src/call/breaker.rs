//! The breaker of an endpoint: after too many failures, calls are rejected at once, without a socket, until a probe succeeds.
//!
//! It judges each attempt. What counts as a failure: timeouts, connection errors, 5xx and their gRPC kin. An answer that
//! refuses (404, 403, 409, …) shows that the service works. What the breaker can't tell from (429, a full bulkhead, a caller
//! who went away) changes nothing. See Nygard, "Release It!", and the state machine of Hystrix and resilience4j.

mod lock;
mod standing;
mod state;
mod tally;
#[cfg(test)]
mod tests;
mod view;

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

use self::{lock::Lock, standing::Due, state::State};
pub(crate) use self::{standing::Standing, state::Verdict, tally::RecentSum};
pub use self::{
    tally::RecentView,
    view::{BreakerState, BreakerTurns, BreakerView},
};
use super::{Outcome, Reason};
use crate::config::BreakerConfig;

/// The breaker of one endpoint, shared by all workers.
#[derive(Debug)]
pub(crate) struct Breaker<L = Mutex<State>> {
    state: L,
    due: Due,
}

impl Breaker {
    pub(crate) fn new(config: &BreakerConfig) -> Self {
        Self::locked_with(config)
    }
}

impl<L: Lock<State>> Breaker<L> {
    fn locked_with(config: &BreakerConfig) -> Self {
        let now = Instant::now();
        Self { state: L::new(State::new(config, now)), due: Due::new(now) }
    }

    /// What an attempt at this moment would come to, without the lock.
    pub(crate) fn standing(&self, now: Instant) -> Standing {
        self.due.read(now)
    }

    /// How often it came to each state; to open, after failed probes too.
    pub(crate) fn turns(&self) -> BreakerTurns {
        self.state.with(|state| state.turns())
    }

    /// Where it is, for operators.
    pub(crate) fn view(&self, now: Instant) -> BreakerView {
        self.state.with(|state| state.at()).view(now)
    }

    /// Adds what its attempts came to in the last minutes.
    pub(crate) fn add_recent(&self, sum: &mut RecentSum, now: Instant) {
        self.state.with(|state| state.add_to(sum, now));
    }

    /// Lets an attempt pass, or says how long until a probe may. The deadline is the one at which a dropped attempt is the
    /// service's failure; none if its end says nothing of the service.
    pub(crate) fn attempt(
        &self,
        now: Instant,
        deadline: Option<Instant>,
    ) -> Result<Attempt<'_, L>, Duration> {
        let pass = self.change(|state| state.enter(now))?;
        Ok(Attempt { breaker: self, pass, began: now, deadline, verdict: None })
    }

    /// The one way to the state, so that what [`Self::standing`] reads never lags behind it.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        self.state.with(|state| {
            let changed = change(state);
            self.due.write(state.probe());
            changed
        })
    }
}

/// An attempt that was let pass. It is judged when it is dropped, so that no way out of an attempt keeps a probe's slot.
pub(crate) struct Attempt<'a, L: Lock<State> = Mutex<State>> {
    breaker: &'a Breaker<L>,
    pass: state::Pass,
    began: Instant,
    deadline: Option<Instant>,
    verdict: Option<Verdict>,
}

impl<L: Lock<State>> Attempt<'_, L> {
    /// Says what the attempt came to. That a hurried caller had no more time says nothing of the service.
    pub(crate) fn judge(&mut self, outcome: &Outcome, hurried: bool) {
        self.settle(verdict(outcome, hurried));
    }

    /// The same of an attempt that is no call on a service.
    pub(crate) fn settle(&mut self, verdict: Verdict) {
        self.verdict = Some(verdict);
    }
}

impl<L: Lock<State>> Drop for Attempt<'_, L> {
    fn drop(&mut self) {
        let now = Instant::now();
        // Dropped at its deadline it is a timeout, dropped before a cancellation.
        let dropped = || {
            if self.deadline.is_some_and(|deadline| now >= deadline) {
                Verdict::Failure
            } else {
                Verdict::Ignored
            }
        };
        let verdict = self.verdict.unwrap_or_else(dropped);
        let took = now.saturating_duration_since(self.began);
        self.breaker.change(|state| {
            state.leave(self.pass, verdict, now);
            state.note(verdict, took, now);
        });
    }
}

fn verdict(outcome: &Outcome, hurried: bool) -> Verdict {
    let Err(error) = outcome else { return Verdict::Success };
    match error.reason() {
        _ if error.is_unanswered() => Verdict::Ignored,
        Reason::Timeout if hurried => Verdict::Ignored,
        Reason::Timeout | Reason::Unavailable | Reason::Failed => Verdict::Failure,
        Reason::NotFound
        | Reason::Forbidden
        | Reason::Unauthenticated
        | Reason::Conflict
        | Reason::InvalidRequest
        | Reason::Refused => Verdict::Success,
        Reason::Rejected
        | Reason::OpenBreaker
        | Reason::InvalidReply
        | Reason::Internal
        | Reason::Revalidating => Verdict::Ignored,
    }
}

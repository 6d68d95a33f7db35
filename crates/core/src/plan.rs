//! What a screen would cost at its worst: its calls, which of them wait for which, time and attempts.
//!
//! Nobody writes this down. A BFF that was given a [`Planner`] notes the calls of each request while its screen runs, with
//! the settings that they run with. `just plan` asks every screen once and prints what was noted.

mod place;
mod screen;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

pub(crate) use place::{Place, here, kept};
pub use screen::{Each, PlannedCall, ScreenPlan};

use crate::routes::RouteInfo;

/// Notes the calls of every request, one screen at a time: ask the next one when the one before has answered.
#[derive(Clone, Default)]
pub struct Planner(Arc<Mutex<Vec<Arc<Recording>>>>);

impl Planner {
    /// Nothing noted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was noted since the last time, in the order of the requests.
    pub fn take(&self) -> Vec<ScreenPlan> {
        let recordings = std::mem::take(&mut *lock(&self.0));
        recordings.iter().map(|recording| recording.plan()).collect()
    }

    pub(crate) fn begin(
        &self,
        route: &Arc<RouteInfo>,
        deadline: Duration,
        for_calls: Duration,
    ) -> Arc<Recording> {
        let recording = Recording {
            route: Arc::clone(route),
            deadline,
            for_calls,
            screen: OnceLock::new(),
            calls: Mutex::default(),
            awaited: Mutex::default(),
        };
        let recording = Arc::new(recording);
        lock(&self.0).push(Arc::clone(&recording));
        recording
    }
}

/// The calls of one request.
pub(crate) struct Recording {
    route: Arc<RouteInfo>,
    deadline: Duration,
    for_calls: Duration,
    /// The type that the handler returned, if that is a screen.
    screen: OnceLock<&'static str>,
    calls: Mutex<Vec<PlannedCall>>,
    /// Calls that the handler itself has waited for.
    awaited: Mutex<Vec<usize>>,
}

impl Recording {
    /// Notes a call at the moment when it is made: after the one whose answer it is made from, and after all that the
    /// handler has waited for.
    pub(crate) fn call(self: &Arc<Self>, operation: &'static str, longest: Duration, attempts: u32) -> Made {
        let mut place = here();
        self.complete(&mut place);
        let (after, each) = place.into_parts();
        let mut calls = lock(&self.calls);
        calls.push(PlannedCall { operation, after, longest, attempts, each });
        Made { recording: Arc::clone(self), call: calls.len() - 1 }
    }

    /// Notes the type of the screen that the handler returned.
    pub(crate) fn screen(&self, name: &'static str) {
        let _ = self.screen.set(name);
    }

    fn complete(&self, place: &mut Place) {
        place.complete(&lock(&self.awaited));
    }

    fn plan(&self) -> ScreenPlan {
        let RouteInfo { method, path, .. } = &*self.route;
        let method = method.as_ref().map_or_else(String::new, ToString::to_string);
        let (deadline, for_calls, screen) = (self.deadline, self.for_calls, self.screen.get().copied());
        ScreenPlan { method, path, screen, deadline, for_calls, calls: lock(&self.calls).clone() }
    }
}

/// A call that was noted, on its way with its answer.
#[derive(Clone)]
pub(crate) struct Made {
    recording: Arc<Recording>,
    call: usize,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "call {}", self.call)
    }
}

impl Made {
    /// The handler has waited for it: whatever is made from now on comes after it.
    pub(crate) fn was_awaited(&self) {
        lock(&self.recording.awaited).push(self.call);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

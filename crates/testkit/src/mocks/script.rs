//! What the mocks were told to do: one mode for each operation, and the modes of its next few calls.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Mode, OPERATIONS, operation::Target};
use crate::faults::Fault;

#[derive(Default)]
pub(super) struct Script {
    plans: Mutex<BTreeMap<&'static str, Plan>>,
}

#[derive(Default)]
struct Plan {
    standing: Mode,
    next: VecDeque<Mode>,
    /// How many calls there were since the standing mode was set.
    calls: u32,
}

impl Plan {
    fn take(&mut self) -> Mode {
        let mode = self.next.pop_front().unwrap_or(self.standing);
        self.calls = self.calls.wrapping_add(1);
        match mode {
            Mode::Fault(Fault::Stalls { every, by }) if self.calls.is_multiple_of(every) => Mode::Slow(by),
            Mode::Fault(Fault::Stalls { .. }) => Mode::Ok,
            mode => mode,
        }
    }
}

impl Script {
    pub(super) fn set(&self, target: Target, mode: Mode) {
        let mut plans = self.plans();
        for operation in target.operations() {
            plans.insert(operation, Plan { standing: mode, ..Plan::default() });
        }
    }

    pub(super) fn next(&self, target: Target, modes: impl IntoIterator<Item = Mode>) {
        let modes = Vec::from_iter(modes);
        let mut plans = self.plans();
        for operation in target.operations() {
            plans.entry(operation).or_default().next.extend(&modes);
        }
    }

    /// How the call that just arrived is to be answered.
    pub(super) fn take(&self, operation: &str) -> Mode {
        self.plans().get_mut(operation).map(Plan::take).unwrap_or_default()
    }

    pub(super) fn standing(&self, operation: &str) -> Mode {
        self.plans().get(operation).map(|plan| plan.standing).unwrap_or_default()
    }

    pub(super) fn modes(&self) -> Vec<(&'static str, Mode)> {
        OPERATIONS.map(|operation| (operation, self.standing(operation))).into()
    }

    pub(super) fn reset(&self) {
        self.plans().clear();
    }

    /// A test that panicked elsewhere must not turn every later call into a second panic.
    fn plans(&self) -> MutexGuard<'_, BTreeMap<&'static str, Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

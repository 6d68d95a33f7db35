//! What the mocks were told to do: one mode for each operation, and the modes of its next few calls.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Mode, OPERATIONS, operation::Target};

#[derive(Default)]
pub(super) struct Script {
    plans: Mutex<BTreeMap<&'static str, Plan>>,
}

#[derive(Default)]
struct Plan {
    standing: Mode,
    next: VecDeque<Mode>,
}

impl Script {
    pub(super) fn set(&self, target: Target, mode: Mode) {
        let mut plans = self.plans();
        for operation in target.operations() {
            plans.insert(operation, Plan { standing: mode, next: VecDeque::new() });
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
        let mut plans = self.plans();
        plans
            .get_mut(operation)
            .map(|plan| plan.next.pop_front().unwrap_or(plan.standing))
            .unwrap_or_default()
    }

    pub(super) fn modes(&self) -> Vec<(&'static str, Mode)> {
        let plans = self.plans();
        let standing = |operation| plans.get(operation).map(|plan| plan.standing).unwrap_or_default();
        OPERATIONS.map(|operation| (operation, standing(operation))).into()
    }

    pub(super) fn reset(&self) {
        self.plans().clear();
    }

    /// A test that panicked elsewhere must not turn every later call into a second panic.
    fn plans(&self) -> MutexGuard<'_, BTreeMap<&'static str, Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

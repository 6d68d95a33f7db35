//! Switching what the mocked services do: modes for their operations, faults for their gates.

use std::collections::BTreeSet;

use super::{MockServices, Mode, Protocol, SERVICES, UnknownTarget, known, operation::Target};
use crate::faults::Fault;

/// Why a mode was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// There is no such target.
    #[error(transparent)]
    Target(#[from] UnknownTarget),
    /// The fault is of a connection, and a connection carries all operations.
    #[error("`fault:{fault}` is of the whole service: set it on `{service}` and not on `{operation}`")]
    Operation {
        /// What was to be set.
        fault: Fault,
        /// On which operation.
        operation: &'static str,
        /// Where it can be set.
        service: &'static str,
    },
    /// The other protocol has that fault.
    #[error("`fault:{fault}` is of {only} only, and `{service}` speaks {speaks}")]
    Protocol {
        /// What was to be set.
        fault: Fault,
        /// Where.
        service: &'static str,
        /// The protocol that has it.
        only: Protocol,
        /// The protocol of the service.
        speaks: Protocol,
    },
    /// What the next connection meets is not what the next call meets.
    #[error(
        "`fault:{0}` lasts until it is ended and can't be of the next calls: write `set(service, fault)`, and \
         `set(service, Mode::Ok)` to end it"
    )]
    Next(Fault),
}

impl MockServices {
    /// From now on, `target` (a service or one of its operations) behaves like this: `Mode::Fail(503)`, `Fault::Refuse`. The
    /// last word counts: a mode of a service replaces those of its operations, and a mode of an operation ends a fault of
    /// its service's connections. When this returns, it is so. Panics if there is no such target, and if it can't have
    /// that fault.
    pub fn set(&self, target: &str, mode: impl Into<Mode>) {
        self.try_set(target, mode).unwrap_or_else(|error| panic!("{error}"));
    }

    /// As [`set`](Self::set), for targets that someone typed.
    ///
    /// # Errors
    ///
    /// [`SetError`], which says what to write instead.
    pub fn try_set(&self, target: &str, mode: impl Into<Mode>) -> Result<(), SetError> {
        let (target, mode): (Target, Mode) = (target.parse()?, mode.into());
        if let Mode::Fault(fault) = mode {
            can_have(target, fault)?;
        }
        let fault = of_connection(mode);
        let whole = Target::Service(SERVICES[target.service()]);
        let ended = whole
            .operations()
            .any(|operation| of_connection(self.shared.script.standing(operation)).is_some());
        if ended {
            self.shared.script.set(whole, Mode::Ok);
        }
        self.shared.script.set(target, mode);
        if ended || fault.is_some() {
            self.gates.set(target.service(), fault);
        }
        Ok(())
    }

    /// The next calls of `target` behave like this, one after another; then the mode that was [`set`](Self::set)
    /// holds again. For a service, each of its operations gets the list. Panics if there is no such target, and for a
    /// fault of connections, which can only be set.
    pub fn next<M: Into<Mode>>(&self, target: &str, modes: impl IntoIterator<Item = M>) {
        let target = known(target);
        let checked = modes.into_iter().map(|mode| {
            let mode = mode.into();
            if let Mode::Fault(fault) = mode {
                let fits = if fault.is_of_connection() {
                    Err(SetError::Next(fault))
                } else {
                    can_have(target, fault)
                };
                fits.unwrap_or_else(|error| panic!("{error}"));
            }
            mode
        });
        self.shared.script.next(target, checked.collect::<Vec<_>>());
    }

    /// The mode that holds for each operation.
    pub fn modes(&self) -> Vec<(&'static str, Mode)> {
        self.shared.script.modes()
    }

    /// All modes back to [`Mode::Ok`], and all faults ended.
    pub fn reset(&self) {
        let faulty = self.modes().into_iter().filter(|(_, mode)| of_connection(*mode).is_some());
        let faulty: BTreeSet<_> =
            faulty.map(|(operation, _)| Target::Operation(operation).service()).collect();
        self.shared.script.reset();
        for service in faulty {
            self.gates.set(service, None);
        }
    }

    /// How many have connected to the canary, where [`Fault::RedirectElsewhere`] leads: none, if nobody follows redirects.
    pub fn canary_connections(&self) -> usize {
        self.shared.canary.connections()
    }
}

/// The fault that a gate has to have for this mode.
fn of_connection(mode: Mode) -> Option<Fault> {
    match mode {
        Mode::Fault(fault) if fault.is_of_connection() => Some(fault),
        _ => None,
    }
}

/// Whether the target can have this fault.
fn can_have(target: Target, fault: Fault) -> Result<(), SetError> {
    let service = SERVICES[target.service()];
    let speaks = Protocol::of(service);
    match (target, fault.only()) {
        (_, Some(only)) if only != speaks => Err(SetError::Protocol { fault, service, only, speaks }),
        (Target::Operation(operation), _) if fault.is_of_connection() => {
            Err(SetError::Operation { fault, operation, service })
        }
        _ => Ok(()),
    }
}

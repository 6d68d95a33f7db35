//! What the log says of an issuer: each change once, and not each fetch.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::jwk::Skipped;

pub(super) struct Told {
    name: String,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    fault: Option<String>,
    skipped: Vec<(usize, Skipped)>,
}

impl Told {
    /// Of the issuer of this name in the configuration.
    pub(super) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), last: Mutex::default() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A fetch brought no keys.
    pub(super) fn failed(&self, fault: String, some_are_known: bool) {
        let mut last = self.last();
        if last.fault.as_ref() != Some(&fault) {
            let known =
                if some_are_known { "the known ones go on" } else { "its tokens are answered with 503" };
            tracing::warn!("auth.issuers.{}: no new keys, {known}: {fault}", self.name);
            last.fault = Some(fault);
        }
    }

    /// A fetch brought keys.
    pub(super) fn succeeded(&self) {
        if self.last().fault.take().is_some() {
            tracing::info!("auth.issuers.{}: its keys are there again", self.name);
        }
    }

    /// Keys of its set, by their places, that are not used.
    pub(super) fn skipped(&self, skipped: Vec<(usize, Skipped)>) {
        let mut last = self.last();
        if last.skipped == skipped {
            return;
        }
        for (place, why) in &skipped {
            let (name, reason) = (&self.name, why.reason());
            match why {
                Skipped::Secret => {
                    tracing::warn!("auth.issuers.{name}: keys[{place}] of its set is not used: {reason}");
                }
                Skipped::Unfit(_) => {
                    tracing::debug!("auth.issuers.{name}: keys[{place}] of its set is not used: {reason}");
                }
            }
        }
        last.skipped = skipped;
    }

    /// Its keys are not used any longer.
    pub(super) fn forgot(&self) {
        tracing::error!("auth.issuers.{}: its keys are too old to be believed any longer", self.name);
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Active checks: each endpoint is asked from time to time whether it is well, where `[services.<name>.health]` says so.
//!
//! The breaker hears of an endpoint from calls, which then have failed; a check finds out before, and when nobody calls. What is
//! unhealthy is left out of [`super::balance`] as long as another endpoint is in, and never all: a check that is wrong about all
//! of them changes nothing. Nothing here makes the BFF itself not ready.
//!
//! Each endpoint has a task beside the acceptor. A check goes over a connection of its own, as a new client's would, and carries
//! nobody's identity.

mod follow;
mod verdict;

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use serde::Serialize;
use tokio::time::Instant;

pub(crate) use self::follow::follow;
use self::verdict::Verdict;
use crate::{config::CheckConfig, rounded};

/// What the checks of one endpoint came to.
#[derive(Debug)]
pub(crate) struct Health {
    healthy: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    verdict: Verdict,
    since: Instant,
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    at: Instant,
    fault: Option<String>,
}

/// The check of one endpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckView {
    /// Whether it gets calls for all that its checks say. It does until they say otherwise.
    pub healthy: bool,
    /// For how long, in seconds.
    pub for_seconds: f64,
    /// How long ago it was checked last, in seconds; nothing before the first check.
    pub checked_seconds_ago: Option<f64>,
    /// Why the last check did not pass, if it did not.
    pub fault: Option<String>,
}

impl Health {
    pub(super) fn new(config: &CheckConfig, now: Instant) -> Self {
        let known = Known { verdict: Verdict::new(config), since: now, last: None };
        Self { healthy: AtomicBool::new(true), known: Mutex::new(known) }
    }

    /// Whether it gets calls for all that its checks say.
    pub(super) fn is_healthy(&self) -> bool {
        self.healthy.load(Relaxed)
    }

    /// A check passed, or did not and why. Says what it is now, if that is news.
    pub(super) fn note(&self, checked: Result<(), String>, now: Instant) -> Option<bool> {
        let mut known = self.lock();
        let turned = known.verdict.note(checked.is_ok());
        known.last = Some(Last { at: now, fault: checked.err() });
        if let Some(healthy) = turned {
            known.since = now;
            self.healthy.store(healthy, Relaxed);
        }
        turned
    }

    pub(super) fn view(&self, now: Instant) -> CheckView {
        let known = self.lock();
        let seconds = |then| rounded::seconds(now.saturating_duration_since(then));
        CheckView {
            healthy: self.is_healthy(),
            for_seconds: seconds(known.since),
            checked_seconds_ago: known.last.as_ref().map(|last| seconds(last.at)),
            fault: known.last.as_ref().and_then(|last| last.fault.clone()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

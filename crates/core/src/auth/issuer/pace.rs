//! When a key set is fetched, as steps without I/O: again and again, at once for a key that nobody knows, but not for each
//! such token, and less often the longer it fails.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::AuthConfig;

/// The first pause after a failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What a token gets whose key is not among those that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A fetch is on its way, or is wanted now: it may bring the key.
    Wait,
    /// No fetch would be made for it.
    Refused,
}

/// The state of one issuer's fetches.
pub(super) struct Pace {
    refresh: Duration,
    cooldown: Duration,
    keep: Duration,
    /// When the next fetch is due.
    due: Instant,
    /// A token asks for one before it is due.
    wanted: bool,
    /// From when on the next token may.
    unlocked: Instant,
    in_flight: bool,
    /// Whether the last one failed, or there was none yet.
    failing: bool,
    pause: Duration,
    /// When the keys that are known were last heard of.
    heard: Option<Instant>,
}

impl Pace {
    pub(super) fn new(config: &AuthConfig, now: Instant) -> Self {
        Self {
            refresh: config.jwks_refresh,
            cooldown: config.jwks_cooldown,
            keep: config.jwks_keep,
            due: now,
            wanted: false,
            unlocked: now,
            in_flight: false,
            failing: true,
            pause: FIRST_PAUSE,
            heard: None,
        }
    }

    /// A token came with a key that is not known. While the issuer fails nobody waits for it.
    pub(super) fn ask(&mut self, now: Instant) -> Asked {
        if self.failing {
            return Asked::Refused;
        }
        if self.in_flight || self.wanted {
            return Asked::Wait;
        }
        if now < self.unlocked {
            return Asked::Refused;
        }
        self.unlocked = now + self.cooldown;
        self.wanted = true;
        Asked::Wait
    }

    /// When there is something to do, unless a token asks before.
    pub(super) fn wakes(&self) -> Instant {
        self.heard.map_or(self.due, |heard| self.due.min(heard + self.keep))
    }

    /// Whether a fetch begins now.
    pub(super) fn begins(&mut self, now: Instant) -> bool {
        let begins = self.wanted || now >= self.due;
        self.in_flight |= begins;
        begins
    }

    /// Whether the keys have not been heard of for too long. They are forgotten then.
    pub(super) fn forgets(&mut self, now: Instant) -> bool {
        let forgets = self.heard.is_some_and(|heard| now >= heard + self.keep);
        if forgets {
            self.heard = None;
        }
        forgets
    }

    /// A fetch brought keys. `jitter` is from 0 to 1.
    pub(super) fn succeeded(&mut self, now: Instant, jitter: f64) {
        self.ended();
        self.failing = false;
        self.pause = FIRST_PAUSE;
        self.heard = Some(now);
        self.due = now + self.refresh.mul_f64(0.9 + jitter * 0.2);
    }

    /// A fetch brought none. `jitter` is from 0 to 1.
    pub(super) fn failed(&mut self, now: Instant, jitter: f64) {
        self.ended();
        self.failing = true;
        // Those whose keys are known do without it for a while, and whoever made it be asked must not make it be asked often.
        let least = self.heard.map_or(Duration::ZERO, |_| self.cooldown);
        self.due = now + self.pause.mul_f64(0.75 + jitter * 0.5).max(least);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn ended(&mut self) {
        self.in_flight = false;
        self.wanted = false;
    }

    /// How long the keys that are known were not heard of.
    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        self.heard.map(|heard| now.saturating_duration_since(heard))
    }

    /// Whole seconds until the next fetch, at least one.
    pub(super) fn seconds_left(&self, now: Instant) -> u32 {
        let left = self.due.saturating_duration_since(now);
        u32::try_from(left.as_secs()).map_or(u32::MAX, |seconds| seconds.saturating_add(1))
    }
}

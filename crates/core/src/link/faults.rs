//! What keeps Redis from being used, logged once and not for each operation.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use redis::{ErrorKind, RedisError};
use tokio::time::Instant;

/// What a user of Redis says of it: each is the end of a line of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// While it is away, such as "the cache goes on without it".
    pub(crate) away: &'static str,
    /// When it refuses an operation.
    pub(crate) refused: &'static str,
    /// When it answers again.
    pub(crate) back: &'static str,
}

/// What one user logged last, over all workers.
pub(crate) struct Faults {
    words: Words,
    is_away: AtomicBool,
    known: Mutex<Known>,
}

struct Known {
    away: Option<String>,
    refused: Option<String>,
    /// When it went away or came back.
    since: Instant,
}

impl Known {
    /// Nothing is wrong from now on.
    fn nothing() -> Self {
        Self { away: None, refused: None, since: Instant::now() }
    }
}

impl Faults {
    pub(crate) fn new(words: Words) -> Self {
        Self { words, is_away: AtomicBool::new(false), known: Mutex::new(Known::nothing()) }
    }

    /// It can't be reached, does not let us in or does not answer.
    pub(crate) fn away(&self, why: String) {
        let mut known = self.lock();
        if known.away.as_ref() != Some(&why) {
            tracing::warn!("redis.url: {why}; {}", self.words.away);
            known.away = Some(why);
            if !self.is_away.swap(true, Relaxed) {
                known.since = Instant::now();
            }
        }
    }

    /// It answers an operation with an error.
    pub(super) fn refused(&self, error: &RedisError) {
        let (why, mut known) = (describe(error), self.lock());
        if known.refused.as_ref() != Some(&why) {
            tracing::warn!("redis.url: {why}; {}", self.words.refused);
            known.refused = Some(why);
        }
    }

    /// It did what it was asked. Every operation says so, so that it costs nothing where nothing was wrong.
    pub(super) fn answers(&self) {
        if self.is_away.load(Relaxed) {
            self.is_away.store(false, Relaxed);
            *self.lock() = Known::nothing();
            tracing::info!("redis.url: it answers; {}", self.words.back);
        }
    }

    /// Whether it is there, as far as anybody has asked, and since when.
    pub(crate) fn standing(&self) -> (bool, Instant) {
        let known = self.lock();
        (known.away.is_none(), known.since)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error in words of ours or the system's. What Redis says itself may quote what it was sent, a password too.
pub(crate) fn describe(error: &RedisError) -> String {
    match error.kind() {
        ErrorKind::Io => error.to_string(),
        ErrorKind::AuthenticationFailed => "it refuses the user or the password".to_owned(),
        _ => {
            let is_code = |code: &&str| code.len() < 16 && code.bytes().all(|byte| byte.is_ascii_uppercase());
            let code = error.code().filter(is_code).unwrap_or("with an error");
            format!("it answers {code}")
        }
    }
}

//! What keeps Redis from being used, logged once and not for each operation.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use redis::{ErrorKind, RedisError};

/// What was logged last, over all workers.
#[derive(Default)]
pub(super) struct Faults {
    is_away: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    away: Option<String>,
    refused: Option<String>,
}

impl Faults {
    /// It can't be reached, does not let us in or does not answer.
    pub(super) fn away(&self, why: String) {
        let mut known = self.lock();
        if known.away.as_ref() != Some(&why) {
            tracing::warn!("redis.url: {why}; the cache goes on without it");
            known.away = Some(why);
            self.is_away.store(true, Relaxed);
        }
    }

    /// It answers an operation with an error.
    pub(super) fn refused(&self, error: &RedisError) {
        let (why, mut known) = (describe(error), self.lock());
        if known.refused.as_ref() != Some(&why) {
            tracing::warn!("redis.url: {why}; the cache goes on without what it refuses");
            known.refused = Some(why);
        }
    }

    /// It did what it was asked. Every operation says so, so that it costs nothing where nothing was wrong.
    pub(super) fn answers(&self) {
        if self.is_away.load(Relaxed) {
            self.is_away.store(false, Relaxed);
            *self.lock() = Known::default();
            tracing::info!("redis.url: it answers; the cache is shared");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error in words of ours or the system's. What Redis says itself may quote what it was sent, a password too.
pub(super) fn describe(error: &RedisError) -> String {
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

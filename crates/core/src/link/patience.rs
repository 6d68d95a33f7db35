//! [`Patience`]: how soon a Redis that is late or refuses is left alone.

use std::time::Duration;

use redis::{RedisError, RedisResult};
use tokio::time::error::Elapsed;

use crate::{call::breaker::Verdict, config::BreakerConfig};

/// What a user does about a Redis that is late or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// One late answer may have many reasons: three in a row are given a pause. What is refused concerns that operation alone.
    Lenient,
    /// Nobody waits twice: the first answer that is late or an error ends the connection, and the next one counts as open once
    /// Redis has answered on it within `redis.timeout`. An error may be that of a Redis which is no longer the right one, as
    /// after a failover, and only a new connection finds another one.
    Strict,
}

impl Patience {
    /// After three operations in a row that ended without an answer, none for a second; then one tries, and if that fails none
    /// for two at most, jitter and all.
    pub(super) fn breaker(self) -> Option<BreakerConfig> {
        (self == Self::Lenient).then(|| BreakerConfig {
            consecutive_failures: 3,
            open_for: Duration::from_secs(1),
            open_for_at_most: Duration::from_millis(1600),
            successes_to_close: 1,
            // A share of failures says nothing here.
            minimum_calls: u32::MAX,
            ..BreakerConfig::default()
        })
    }
}

/// What Redis refuses, it answers in time, and it may do the next thing: one that is full can still be asked.
pub(super) fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() || error.is_unrecoverable_error()
}

pub(super) fn verdict<T>(answered: &Result<RedisResult<T>, Elapsed>) -> Verdict {
    match answered {
        Ok(Ok(_)) => Verdict::Success,
        Ok(Err(error)) if !is_broken(error) => Verdict::Ignored,
        Ok(Err(_)) | Err(_) => Verdict::Failure,
    }
}

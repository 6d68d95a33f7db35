//! [`SharedList`]: what is revoked for all instances, in a Redis.
//!
//! A sorted set holds an entry for each revocation, as JSON with the keys of the file's, by the Unix second until which it
//! counts. A number beside it is raised with each change, so that to look costs a small read. Redis may be away: what was
//! read last goes on to count.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use redis::{RedisResult, aio::MultiplexedConnection};
use tokio::time::{sleep, timeout};

use super::{
    super::{Identity, unix_now},
    list::List,
};
use crate::{
    config::{MAX_REVOCATIONS, Revocation},
    link::{Redis, describe},
};

/// The sorted set.
pub(crate) const ENTRIES: &str = "bff:revoked:1:entries";

/// Raised with each change of it.
pub(crate) const CHANGES: &str = "bff:revoked:1:changes";

/// One read takes no longer. Nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// All is read again after this time even if the number is the same: a Redis that was emptied and filled may have it by chance.
const ALL_AGAIN: Duration = Duration::from_mins(1);

pub(super) struct SharedList {
    redis: Arc<Redis>,
    list: ArcSwapOption<List>,
    /// What was wrong, so that it is said once.
    fault: Mutex<Option<String>>,
}

/// What was read last.
struct Known {
    changes: Option<u64>,
    at: Instant,
}

impl SharedList {
    pub(super) fn new(redis: Arc<Redis>) -> Self {
        Self { redis, list: ArcSwapOption::empty(), fault: Mutex::default() }
    }

    pub(super) fn is_known(&self) -> bool {
        self.list.load().is_some()
    }

    /// Nothing as long as it was never read.
    pub(super) fn names(&self, identity: &Identity) -> Option<bool> {
        self.list.load().as_ref().map(|list| list.names(identity))
    }

    /// Looks this often, for as long as it is polled.
    pub(super) async fn follow(self: Arc<Self>, every: Duration) {
        loop {
            let Err(fault) = self.watch(every).await;
            self.say(Some(fault));
            sleep(every).await;
        }
    }

    /// Until the connection breaks.
    async fn watch(&self, every: Duration) -> Result<std::convert::Infallible, String> {
        let mut connection = self.redis.connect().await?;
        let mut known: Option<Known> = None;
        loop {
            #[expect(clippy::disallowed_methods, reason = "no request waits for this")]
            let looked = timeout(PATIENCE, self.look(&mut connection, known.as_ref())).await;
            let looked = looked.map_err(|_| "it does not answer in time".to_owned())?;
            known = looked?.or(known);
            self.say(None);
            sleep(every).await;
        }
    }

    /// Reads the list if it has changed.
    async fn look(
        &self,
        connection: &mut MultiplexedConnection,
        known: Option<&Known>,
    ) -> Result<Option<Known>, String> {
        let changes: Option<u64> =
            redis::cmd("GET").arg(CHANGES).query_async(connection).await.map_err(|error| describe(&error))?;
        if known.is_some_and(|known| known.changes == changes && known.at.elapsed() < ALL_AGAIN) {
            return Ok(None);
        }
        let read: RedisResult<Vec<String>> = redis::cmd("ZRANGEBYSCORE")
            .arg(ENTRIES)
            .arg(format!("({}", unix_now()))
            .arg("+inf")
            .arg("LIMIT")
            .arg(0)
            .arg(MAX_REVOCATIONS + 1)
            .query_async(connection)
            .await;
        self.list.store(Some(Arc::new(list(&read.map_err(|error| describe(&error))?)?)));
        Ok(Some(Known { changes, at: Instant::now() }))
    }

    fn say(&self, fault: Option<String>) {
        let mut known = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == fault {
            return;
        }
        match &fault {
            Some(fault) if self.list.load().is_some() => {
                tracing::warn!("redis.url: {fault}; the revocations stay as they were read last");
            }
            Some(fault) => tracing::warn!("redis.url: {fault}; callers wait until the revocations are known"),
            None => tracing::info!("redis.url: the revocations are known"),
        }
        *known = fault;
    }
}

/// All of it is good or none of it counts, as with a file.
pub(super) fn list(entries: &[String]) -> Result<List, String> {
    if entries.len() > MAX_REVOCATIONS {
        return Err(format!("{ENTRIES} holds more than {MAX_REVOCATIONS} entries"));
    }
    let read = |entry: &String| serde_json::from_str::<Revocation>(entry).ok().filter(Revocation::names_one);
    let revoked: Option<Vec<_>> = entries.iter().map(read).collect();
    let revoked = revoked.ok_or_else(|| {
        format!("an entry of {ENTRIES} is not JSON with one of token, subject or session, as README.md shows")
    })?;
    Ok(List::of(revoked))
}

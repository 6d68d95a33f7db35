//! What other instances invalidate, for what this one keeps in memory.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use futures::StreamExt as _;
use redis::{RedisError, RedisResult};
use tokio::time::{Instant, sleep, timeout};

use super::{level::SharedLevel, names::CHANNEL};
use crate::link::{Backoff, CONNECT, describe};

/// A subscription that has been silent for so long is asked whether it is still there: a connection that was cut without a
/// word would be silent for ever.
const SILENCE: Duration = Duration::from_secs(5);

/// What has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All entries with the tag of this name.
    Tag([u8; 32]),
    /// Anything may have: the subscription has just begun, at the start or after it broke.
    All,
}

impl Ended {
    /// What the invalidation of this tag is told as.
    #[cfg(test)]
    pub(crate) fn tag(tag: &[u8]) -> Self {
        Self::Tag(super::names::Hash::of(tag).0)
    }
}

impl SharedLevel {
    /// Tells of every invalidation, this process' own too, for as long as it is polled; it never ends.
    ///
    /// One a process, beside the acceptor, like what follows the names of services: what is kept in memory is the process',
    /// a worker that is busy would tell late, and it ends with that thread's runtime. `ended` must not take long.
    pub(crate) async fn follow(self: Arc<Self>, ended: Arc<dyn Fn(Ended) + Send + Sync>) {
        self.follow_with(SILENCE, ended.as_ref()).await;
    }

    pub(super) async fn follow_with(&self, silence: Duration, ended: &(dyn Fn(Ended) + Send + Sync)) {
        let mut backoff = Backoff::new();
        loop {
            let began = Instant::now();
            let Err(fault) = self.listen(silence, ended).await;
            self.faults.away(fault);
            if began.elapsed() > silence {
                backoff = Backoff::new();
            }
            sleep(backoff.next()).await;
        }
    }

    /// Until the subscription breaks.
    async fn listen(
        &self,
        silence: Duration,
        ended: &(dyn Fn(Ended) + Send + Sync),
    ) -> Result<Infallible, String> {
        let mut subscription = in_time(self.redis.client().get_async_pubsub()).await?;
        in_time(subscription.subscribe(CHANNEL)).await?;
        let (mut sink, mut messages) = subscription.split();
        ended(Ended::All);
        loop {
            #[expect(clippy::disallowed_methods, reason = "no request waits for this")]
            match timeout(silence, messages.next()).await {
                Ok(Some(message)) => tell(message.get_payload_bytes(), ended),
                Ok(None) => return Err("the subscription broke".to_owned()),
                Err(_) => in_time(sink.ping::<redis::Value>()).await.map(drop)?,
            }
        }
    }
}

/// The hashes of one message. One that is none means something that we don't know.
fn tell(message: &[u8], ended: &(dyn Fn(Ended) + Send + Sync)) {
    match message.as_chunks() {
        (tags, []) if !tags.is_empty() => tags.iter().for_each(|tag| ended(Ended::Tag(*tag))),
        _ => ended(Ended::All),
    }
}

async fn in_time<T>(asked: impl Future<Output = RedisResult<T>>) -> Result<T, String> {
    #[expect(clippy::disallowed_methods, reason = "no request waits for this")]
    let answered = timeout(CONNECT, asked).await;
    answered
        .map_err(|_| "no answer to a subscription".to_owned())?
        .map_err(|error: RedisError| describe(&error))
}

//! The level of the cache that instances share, through a Redis. Whatever is wrong with it is a miss and no error.
//!
//! A look-up is one round trip and one script ([`scripts`]): the entry, the time that it has left, and the *version* of
//! each of its tags. A version is a random number, made by whoever looks first. An entry holds the versions that it was read
//! under and counts only while each of them is there and the same: an invalidation removes a version, and so may a Redis
//! that is full; the next one is another one, so neither can bring an old entry back. What was read before an invalidation
//! and comes to be written after it is refused for the same reason, whichever instance did which.
//!
//! All times are Redis' own. An entry's age is its whole time less what Redis says that it has left, so no two machines'
//! clocks are ever compared.
//!
//! - [`level`]: what all workers share of it. Each asks over a [`Link`] of its own: what takes longer than `redis.timeout` goes
//!   on without Redis, and a Redis that is slow or away is left alone.
//! - [`writer`]: what is written goes there in the background, and invalidations that Redis has not confirmed again.
//! - [`unsent`]: those are known to all workers of the process, which meanwhile find nothing under their tags.
//! - [`subscriber`]: what other instances invalidate, for what is kept in memory.
//! - [`names`]: no name of a key holds anything that a caller sent. [`sheet`]: what stands in an entry.

mod level;
mod names;
mod scripts;
mod sheet;
mod subscriber;
#[cfg(test)]
mod tests;
mod unsent;
mod writer;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::HeaderValue;
use tokio::{task::JoinSet, time::Instant};

pub(crate) use self::{level::SharedLevel, subscriber::Ended};
use self::{
    names::Hash,
    scripts::Found,
    writer::{Put, Queue, Writer},
};
use crate::link::{Link, Patience};

/// What is kept of a reply, as bytes on the wire to Redis know it. Times are whole milliseconds there.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Sheet {
    pub(crate) body: Bytes,
    /// Whether an HTTP reply calls itself JSON.
    pub(crate) json: bool,
    pub(crate) etag: Option<HeaderValue>,
    pub(crate) last_modified: Option<HeaderValue>,
    /// How old the reply is: now, where it was looked up.
    pub(crate) age: Duration,
    /// It is fresh until it is this old.
    pub(crate) fresh_for: Duration,
    /// For so long after that it may be used while it is asked for again.
    pub(crate) while_revalidate: Duration,
    /// For so long after `fresh_for` it may stand in for a service that fails.
    pub(crate) if_error: Duration,
    /// Whether it says that there is no such thing.
    pub(crate) negative: bool,
}

/// What a look-up came to.
#[derive(Default)]
pub(crate) struct Looked {
    pub(crate) found: Option<Sheet>,
    /// For [`SharedCache::put`], if the call is made.
    pub(crate) versions: Versions,
}

/// The state of the tags at a look-up. Empty if Redis did not tell: then nothing is put under it.
#[derive(Clone, Default)]
pub(crate) struct Versions(Option<Arc<Read>>);

/// What Redis told of the tags, and when.
struct Read {
    tags: Vec<Hash>,
    /// [`scripts::VERSION`] bytes for each.
    versions: Vec<u8>,
    /// Redis' clock, in milliseconds since 1970.
    clock: u64,
    /// A moment of our own clock, no earlier than that.
    at: Instant,
}

/// The tags that an entry may have.
const MOST_TAGS: usize = 8;

/// The shared level as one worker has it: connections belong to the runtime that opens them. Dropping it closes them.
pub(crate) struct SharedCache {
    level: Arc<SharedLevel>,
    link: Arc<Link>,
    queue: Queue,
    _tasks: JoinSet<()>,
}

impl SharedCache {
    /// Opens it on the runtime that this runs on. It connects in the background: a BFF starts while Redis is away.
    pub(crate) fn open(level: &Arc<SharedLevel>) -> Self {
        let link =
            Arc::new(Link::new(Arc::clone(&level.redis), Arc::clone(&level.faults), Patience::Lenient));
        let (queue, writer) = Writer::new(level, &link);
        let mut tasks = JoinSet::new();
        let kept = Arc::clone(&link);
        tasks.spawn(async move { kept.keep().await });
        tasks.spawn(writer.run());
        Self { level: Arc::clone(level), link, queue, _tasks: tasks }
    }

    /// Looks a call up. `tags` are the 1 to 8 names whose invalidation ends the entry: bytes that stand for a tag, or for a
    /// tag and its caller. `key` are the bytes that stand for exactly this call.
    pub(in crate::call::cache) async fn get(&self, key: &[u8], tags: &[impl Copy + Into<Hash>]) -> Looked {
        let tags: Vec<Hash> = tags.iter().map(|tag| (*tag).into()).collect();
        if tags.is_empty() || tags.len() > MOST_TAGS || self.level.unsent.has_any(&tags) {
            return Looked::default();
        }
        let Some(question) = scripts::look_up(&Hash::of(key), &tags, self.level.most_bytes()) else {
            return Looked::default();
        };
        let found: Option<Found> =
            self.link.ask(async move |mut redis| question.invoke_async(&mut redis).await).await;
        let Some((value, left, clock, versions)) = found else { return Looked::default() };
        if versions.len() != tags.len() * scripts::VERSION {
            return Looked::default();
        }
        let found = value.and_then(|value| sheet::decode(value, key, &versions, self.level.max_entry));
        let found = found.and_then(|sheet| sheet.with_time_left(left));
        Looked {
            found,
            versions: Versions(Some(Arc::new(Read { tags, versions, clock, at: Instant::now() }))),
        }
    }

    /// Keeps what a call answered, in the background. It counts only if none of the tags was invalidated since `versions` was
    /// read, at the look-up before the call was sent. What finds no room in the queue is not kept.
    pub(crate) fn put(&self, key: &[u8], versions: Versions, sheet: Sheet) {
        let Versions(Some(read)) = versions else { return };
        let Some(left) = sheet.lifetime().checked_sub(sheet.age).filter(|left| !left.is_zero()) else {
            return;
        };
        if sheet.body.len() <= self.level.max_entry {
            let ends = read.clock.saturating_add(millis(read.at.elapsed().saturating_add(left)));
            self.queue.push(Put { key: key.into(), read, ends, sheet });
        }
    }

    /// Ends all entries with any of these tags, on all instances. If Redis does not confirm it in time, or the caller does
    /// not wait for it, it is sent again until Redis does, and until then this process finds nothing under these tags.
    pub(in crate::call::cache) async fn invalidate(&self, tags: &[impl Copy + Into<Hash>]) {
        let tags: Vec<Hash> = tags.iter().map(|tag| (*tag).into()).collect();
        if tags.is_empty() {
            return;
        }
        let unsent = self.queue.unsent(&tags);
        let question = scripts::invalidate(&tags);
        if self.link.ask(async move |mut redis| question.exec_async(&mut redis).await).await.is_some() {
            unsent.sent();
        }
    }

    /// Ends one entry. If Redis can't, the entry ends by itself in time.
    pub(crate) async fn forget(&self, key: &[u8]) {
        let question = scripts::forget(&Hash::of(key));
        self.link.ask(async move |mut redis| question.exec_async(&mut redis).await).await;
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

//! What is written in the background: a request waits for none of it. One task a worker, one operation at a time.

use std::{mem, sync::Arc};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc},
    time::sleep,
};

use super::{Read, SharedLevel, Sheet, names::Hash, scripts, sheet, unsent::Batch};
use crate::link::{Backoff, CONNECT, Link};

/// Entries that wait to be written. A further one is not kept.
const MOST_PUTS: usize = 256;

/// What they may weigh together, in bytes.
const MOST_BYTES: usize = 16 << 20;

/// Tags that are invalidated in one operation.
const BATCH: usize = 256;

/// An entry to be written.
pub(super) struct Put {
    pub(super) key: Box<[u8]>,
    pub(super) read: Arc<Read>,
    /// When it ends, by Redis' clock, in milliseconds since 1970.
    pub(super) ends: u64,
    pub(super) sheet: Sheet,
}

/// The way to a [`Writer`].
pub(super) struct Queue {
    level: Arc<SharedLevel>,
    puts: mpsc::Sender<(Put, OwnedSemaphorePermit)>,
    room: Arc<Semaphore>,
    again: Arc<Notify>,
}

/// Writes what is in the queue.
pub(super) struct Writer {
    level: Arc<SharedLevel>,
    link: Arc<Link>,
    puts: mpsc::Receiver<(Put, OwnedSemaphorePermit)>,
    again: Arc<Notify>,
}

impl Queue {
    /// What finds no room is dropped.
    pub(super) fn push(&self, put: Put) {
        let weight = u32::try_from(put.sheet.body.len() + put.key.len()).unwrap_or(u32::MAX);
        if let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(weight) {
            let _ = self.puts.try_send((put, room));
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.room.available_permits() == MOST_BYTES
    }

    /// Notes an invalidation that is about to be sent.
    pub(super) fn unsent(&self, tags: &[Hash]) -> Sending<'_> {
        Sending { queue: self, batch: self.level.unsent.note(tags) }
    }
}

/// An invalidation on its way. If it is dropped before Redis has confirmed it, the writer sends it.
pub(super) struct Sending<'a> {
    queue: &'a Queue,
    batch: Batch,
}

impl Sending<'_> {
    pub(super) fn sent(mut self) {
        self.queue.level.unsent.sent(&mem::take(&mut self.batch));
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        if !self.batch.is_empty() {
            self.queue.again.notify_one();
        }
    }
}

impl Writer {
    pub(super) fn new(level: &Arc<SharedLevel>, link: &Arc<Link>) -> (Queue, Self) {
        let (puts, queued) = mpsc::channel(MOST_PUTS);
        let (room, again) = (Arc::new(Semaphore::new(MOST_BYTES)), Arc::new(Notify::new()));
        let queue = Queue { level: Arc::clone(level), puts, room, again: Arc::clone(&again) };
        (queue, Self { level: Arc::clone(level), link: Arc::clone(link), puts: queued, again })
    }

    pub(super) async fn run(mut self) {
        loop {
            tokio::select! {
                biased;
                () = self.again.notified() => self.invalidate_again().await,
                put = self.puts.recv() => match put {
                    Some((put, _room)) => self.put(&put).await,
                    None => return,
                },
            }
        }
    }

    async fn put(&self, Put { key, read, ends, sheet }: &Put) {
        let question = async |mut redis| {
            let Some(entry) = sheet::encode(key, &read.versions, sheet) else { return Ok(0) };
            scripts::put(&Hash::of(key), read, &entry, *ends, sheet.lifetime()).invoke_async(&mut redis).await
        };
        let _: Option<i64> = self.link.ask(question).await;
    }

    /// Sends what Redis has not confirmed, for as long as that takes. Entries that wait meanwhile are older than that.
    async fn invalidate_again(&self) {
        let mut backoff = Backoff::new();
        loop {
            let batch = self.level.unsent.batch(BATCH);
            if batch.is_empty() {
                return;
            }
            let tags: Vec<Hash> = batch.iter().map(|(tag, _)| *tag).collect();
            let question = scripts::invalidate(&tags);
            let asked =
                self.link.insist(async |mut redis| question.exec_async(&mut redis).await, CONNECT).await;
            match asked {
                Some(()) => self.level.unsent.sent(&batch),
                None => sleep(backoff.next()).await,
            }
        }
    }
}

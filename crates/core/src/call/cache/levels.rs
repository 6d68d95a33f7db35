//! [`Levels`]: what this process keeps, and above it what all instances do.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::{runtime::Handle, time::Instant};

use super::{
    Ticket,
    entry::Entry,
    generations::{Stamp, Tag},
    key::Key,
    memory::Kept,
    shared::{SharedCache, Versions},
};

/// Where answers of one service are kept: in memory, and in a Redis if instances share it. Memory comes first.
#[derive(Clone)]
pub(in crate::call) struct Levels {
    pub(super) kept: Arc<Kept>,
    shared: Option<Arc<SharedCache>>,
    /// Whether any was ever kept here. Of many a service none may be, and then nothing need be looked for.
    any: Arc<AtomicBool>,
}

impl Levels {
    /// Those of a service, of whose answers `any` says whether one was ever kept.
    pub(in crate::call) fn new(
        kept: &Arc<Kept>,
        any: &Arc<AtomicBool>,
        shared: Option<&Arc<SharedCache>>,
    ) -> Self {
        Self { kept: Arc::clone(kept), shared: shared.cloned(), any: Arc::clone(any) }
    }

    /// Whether other instances may know more.
    pub(super) fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// The answer under the key in memory, unless it was ended since.
    pub(super) fn find(&self, key: &Key, stamp: Stamp) -> Option<Arc<Entry>> {
        if self.any.load(Relaxed) { self.kept.find(key, stamp) } else { None }
    }

    fn put_here(&self, key: &Key, entry: &Arc<Entry>) {
        self.kept.put(key.clone(), entry);
        self.any.store(true, Relaxed);
    }

    /// What other instances keep, if it is younger than what this one does, and under which versions an answer can be shared.
    /// The stamp is from before: what ends meanwhile is not kept.
    pub(super) async fn look_further(
        &self,
        key: &Key,
        stamp: Stamp,
        tags: &[Tag],
        own: Option<Arc<Entry>>,
    ) -> (Option<Arc<Entry>>, Versions) {
        let Some(shared) = &self.shared else { return (own, Versions::default()) };
        let looked = shared.get(key.bytes(), tags).await;
        let now = Instant::now();
        let found = looked.found.map(|sheet| Arc::new(Entry::of_sheet(sheet, now, stamp)));
        let younger = found.filter(|found| own.as_ref().is_none_or(|own| found.age(now) < own.age(now)));
        if let Some(found) = &younger {
            self.put_here(key, found);
        }
        (younger.or(own), looked.versions)
    }

    pub(super) fn put(&self, ticket: &Ticket, entry: Entry) {
        if let Some(shared) = &self.shared {
            shared.put(ticket.key.bytes(), ticket.versions.clone(), entry.sheet());
        }
        self.put_here(&ticket.key, &Arc::new(entry));
    }

    /// Ends one answer, elsewhere as soon as can be.
    pub(super) fn forget(&self, key: &Key) {
        self.kept.forget(key);
        if let (Some(shared), Ok(runtime)) = (self.shared.clone(), Handle::try_current()) {
            let key = key.clone();
            runtime.spawn(async move { shared.forget(key.bytes()).await });
        }
    }

    /// What a write ends, when it ends: an answer that was on its way meanwhile may be from before.
    pub(super) fn ending(&self, tags: impl Iterator<Item = Tag>) -> Ending {
        Ending { levels: self.clone(), tags: tags.collect() }
    }
}

/// A write on its way. It counts as done however it comes out, since nobody knows what of a failed one was done.
pub(super) struct Ending {
    levels: Levels,
    tags: Vec<Tag>,
}

impl Ending {
    /// The write is done. First elsewhere: what is looked up there until then must not stay here.
    pub(super) async fn end(mut self) {
        if let Some(shared) = self.levels.shared.clone() {
            shared.invalidate(&self.tags).await;
        }
        self.levels.kept.end(std::mem::take(&mut self.tags));
    }
}

/// Nobody waits for the write any more.
impl Drop for Ending {
    fn drop(&mut self) {
        let tags = std::mem::take(&mut self.tags);
        if tags.is_empty() {
            return;
        }
        self.levels.kept.end(tags.iter().copied());
        let Levels { kept, shared, .. } = self.levels.clone();
        if let (Some(shared), Ok(runtime)) = (shared, Handle::try_current()) {
            runtime.spawn(async move {
                shared.invalidate(&tags).await;
                kept.end(tags);
            });
        }
    }
}

//! The batches of one request that still take keys.

use std::{
    any::Any,
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::future::WeakShared;

use super::{Answers, BATCH, Batch};
use crate::{call::BoxFuture, plan::Place};

/// Where the keys of a request find each other. It belongs to one request, so that no batch is ever of two.
///
/// It holds no batch itself: a batch holds its request, and what holds each other stays for good.
#[derive(Default)]
pub(crate) struct OpenBatches(Mutex<Opened>);

#[derive(Default)]
struct Opened {
    /// How many there have been.
    count: usize,
    /// Each an `Open<K, V>`, by its number. A request has a handful at most.
    batches: Vec<(usize, Box<dyn Any + Send>)>,
}

/// One that takes keys until the turn is over.
struct Open<K, V> {
    operation: &'static str,
    keys: BTreeSet<K>,
    /// Where its keys were asked for.
    made_at: Option<Place>,
    batch: WeakShared<BoxFuture<Arc<Answers<K, V>>>>,
}

impl<K: Ord + Clone + Send + Sync + 'static, V: Send + Sync + 'static> Open<K, V> {
    /// The batch, if it has the key already, or has room for it where `room` says so. Gone with all who waited for it, it is
    /// none.
    fn batch_for(&self, operation: &'static str, key: &K, room: bool) -> Option<Batch<K, V>> {
        let fits = if room { self.keys.len() < BATCH } else { self.keys.contains(key) };
        let batch = || self.batch.upgrade();
        (self.operation == operation && fits).then(batch).flatten()
    }
}

impl OpenBatches {
    /// The batch that this key goes out with: one that has it, else one that has room, else one that `open` makes, which gets
    /// the number to close it with.
    pub(super) fn join<K, V>(
        &self,
        operation: &'static str,
        key: &K,
        made_at: Option<Place>,
        open: impl FnOnce(usize) -> Batch<K, V>,
    ) -> Batch<K, V>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let mut opened = self.lock();
        for room in [false, true] {
            let mut fitting = opened.batches.iter_mut().filter_map(|(_, open)| {
                let open = open.downcast_mut::<Open<K, V>>()?;
                open.batch_for(operation, key, room).map(|batch| (open, batch))
            });
            if let Some((open, batch)) = fitting.next() {
                open.keys.insert(key.clone());
                open.made_at = open.made_at.take().into_iter().chain(made_at).reduce(Place::and);
                return batch;
            }
        }
        // Those that everybody has left hold keys of nobody.
        opened.batches.retain(|(_, open)| {
            open.downcast_ref::<Open<K, V>>().is_none_or(|open| open.batch.upgrade().is_some())
        });
        let number = opened.count;
        opened.count += 1;
        let batch = open(number);
        let weak = batch.downgrade().expect("nobody has polled it");
        let keys = BTreeSet::from([key.clone()]);
        let one = Open { operation, keys, made_at, batch: weak };
        opened.batches.push((number, Box::new(one)));
        batch
    }

    /// Ends a batch, so that further keys open the next one. Its keys in order, and where they were asked for.
    pub(super) fn close<K: 'static, V: 'static>(&self, number: usize) -> (Vec<K>, Option<Place>) {
        let mut opened = self.lock();
        let place = opened.batches.iter().position(|(known, _)| *known == number);
        let open = place.and_then(|place| opened.batches.swap_remove(place).1.downcast::<Open<K, V>>().ok());
        let open = *open.expect("a batch is closed once, by itself");
        (open.keys.into_iter().collect(), open.made_at)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lock().batches.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

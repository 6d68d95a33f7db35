//! What operators see of a service's bulkheads.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use super::places::Places;

/// The bulkheads of one service, one for each worker.
#[derive(Default)]
pub(crate) struct Bulkheads(Mutex<Vec<Arc<Places>>>);

/// The bulkheads of a service at this moment, over all workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BulkheadView {
    /// Calls that may be in flight.
    pub limit: usize,
    /// Calls that are.
    pub in_flight: usize,
}

impl Bulkheads {
    pub(super) fn add(&self, places: &Arc<Places>) {
        self.lock().push(Arc::clone(places));
    }

    pub(crate) fn view(&self) -> BulkheadView {
        self.lock().iter().fold(BulkheadView::default(), |sum, places| {
            let (limit, in_flight) = places.taken();
            BulkheadView { limit: sum.limit + limit, in_flight: sum.in_flight + in_flight }
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Places>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bulkheads {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(out)
    }
}

//! The choice among a service's endpoints, and the trail of those that were chosen before.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tokio::time::Instant;

use crate::call::{breaker::Standing, endpoints::Endpoints, transport::Peer};

/// A probe that is due, else the less burdened of two random ones that are well; what was tried already comes after.
pub(super) fn choose(peers: &[Arc<Peer>], now: Instant, avoided: u64) -> Option<&Arc<Peer>> {
    if let [only] = peers {
        return Some(only);
    }
    let rank = |peer: &Arc<Peer>| {
        let tried = avoided & bit(peer.endpoint.id) != 0;
        match (peer.endpoint.breaker.standing(now), peer.endpoint.is_healthy(), tried) {
            (Standing::Due, true, false) => 0,
            (Standing::Closed, true, false) => 1,
            (Standing::Closed, true, true) => 2,
            (Standing::Due, true, true) => 3,
            // A check may be wrong; an open breaker lets nothing pass.
            (Standing::Closed | Standing::Due, false, false) => 4,
            (Standing::Closed | Standing::Due, false, true) => 5,
            (Standing::Open, _, false) => 6,
            (Standing::Open, _, true) => 7,
        }
    };
    // One look at each, since other workers change what there is to see. Of the best, two at random, each pair as likely as
    // any other (Vitter's reservoir).
    let (mut best, mut count) = (u8::MAX, 0);
    let (mut one, mut other) = (None, None);
    for peer in peers {
        let rank = rank(peer);
        if rank > best {
            continue;
        }
        if rank < best {
            (best, count, one, other) = (rank, 0, None, None);
        }
        count += 1;
        match (count, fastrand::usize(..count)) {
            (1, _) | (3.., 0) => one = Some(peer),
            (2, _) | (3.., 1) => other = Some(peer),
            _ => {}
        }
    }
    match (one, other) {
        (Some(one), Some(other)) if other.endpoint.load(now) < one.endpoint.load(now) => Some(other),
        (one, _) => one,
    }
}

/// A set of endpoints has one bit for each, which is enough to avoid those that were tried: two that share a bit only cost a
/// choice.
pub(super) fn bit(id: u64) -> u64 {
    1 << (id % 64)
}

/// The endpoints that a call was sent to, shared by its attempts and its hedge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail(Option<Arc<AtomicU64>>);

impl Trail {
    /// A trail that is kept where there is a choice.
    pub(in crate::call) fn new(endpoints: &Endpoints) -> Self {
        Self((endpoints.count() > 1).then(Arc::default))
    }

    pub(super) fn been(&self) -> u64 {
        self.0.as_ref().map_or(0, |trail| trail.load(Relaxed))
    }

    pub(super) fn add(&self, id: u64) {
        if let Some(trail) = &self.0 {
            trail.fetch_or(bit(id), Relaxed);
        }
    }
}

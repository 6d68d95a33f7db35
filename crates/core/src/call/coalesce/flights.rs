//! The calls that are on their way, and who waits for them.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, ready},
};

use futures::future::{Either, select};
use tokio::{runtime::Handle, sync::watch};

use super::super::{
    BoxFuture, Outcome, Reason,
    cache::{BuildPrehashed, Key, Stamp, is_shareable},
};

/// So that callers seldom meet at one lock.
const SHARDS: usize = 16;

/// What is asked, and whether only one request may wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FlightKey {
    key: Key,
    request: Option<u64>,
}

/// One that only its request may wait for is not looked for among those that ask the same.
impl Hash for FlightKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.key.spread() ^ self.request.unwrap_or_default());
    }
}

impl FlightKey {
    pub(super) fn new(key: Key, request: Option<u64>) -> Self {
        Self { key, request }
    }
}

type Shard = HashMap<FlightKey, Arc<Flight>, BuildPrehashed>;

/// The calls on one service that are on their way, over all workers.
#[derive(Debug, Default)]
pub(in crate::call) struct Flights([Mutex<Shard>; SHARDS]);

/// A call on its way.
#[derive(Debug)]
struct Flight {
    /// Under what it left. Who asks after a write must not get an answer from before it.
    stamp: Option<Stamp>,
    /// The request that leads it.
    request: u64,
    /// Made for the first follower; set under the shard's lock, so that a leader that leaves knows whether it has any.
    followers: OnceLock<watch::Sender<Option<Landed>>>,
}

/// What a flight came to.
#[derive(Debug, Clone)]
pub(super) struct Landed {
    pub(super) outcome: Outcome,
    /// The one request that may have it, where not all who asked may.
    only_for: Option<u64>,
}

impl Landed {
    pub(super) fn is_for(&self, request: u64) -> bool {
        self.only_for.is_none_or(|only| only == request)
    }

    pub(super) fn timed_out(&self) -> bool {
        self.outcome.as_ref().is_err_and(|error| error.reason() == Reason::Timeout)
    }
}

/// How a call goes.
pub(super) enum Departure {
    Lead(Airborne),
    Follow(Landing),
}

/// A follower's wait.
pub(super) struct Landing(watch::Receiver<Option<Landed>>);

impl Landing {
    /// `None` where the flight came to nothing.
    pub(super) async fn wait(mut self) -> Option<Landed> {
        self.0.wait_for(Option::is_some).await.ok()?.clone()
    }
}

impl Flights {
    /// Joins the flight that is on its way, or begins one. One that left after a later write is as good: it is not displaced by
    /// who asked before that write.
    pub(super) fn depart(self: &Arc<Self>, key: &FlightKey, stamp: Option<Stamp>, request: u64) -> Departure {
        let mut shard = self.shard(key);
        if let Some(flight) = shard.get(key).filter(|flight| flight.stamp >= stamp) {
            let followers = flight.followers.get_or_init(|| watch::Sender::new(None));
            return Departure::Follow(Landing(followers.subscribe()));
        }
        let flight = Arc::new(Flight { stamp, request, followers: OnceLock::new() });
        shard.insert(key.clone(), Arc::clone(&flight));
        Departure::Lead(Airborne { flights: Arc::clone(self), key: key.clone(), flight })
    }

    /// By other bits than those that a shard finds its keys by.
    fn shard(&self, key: &FlightKey) -> MutexGuard<'_, Shard> {
        let [_, _, _, byte, ..] = key.key.spread().to_be_bytes();
        self.0[usize::from(byte) % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(in crate::call) fn is_empty(&self) -> bool {
        self.0.iter().all(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).is_empty())
    }
}

/// A flight that can be joined, until this is dropped.
pub(super) struct Airborne {
    flights: Arc<Flights>,
    key: FlightKey,
    flight: Arc<Flight>,
}

impl Airborne {
    pub(super) fn lead(self, public: bool, call: impl Future<Output = Outcome> + Send + 'static) -> Led {
        Led { call: Some((self, Box::pin(call))), public }
    }

    /// Ends it, with what it came to.
    fn land(self, outcome: &Outcome, public: bool) {
        let flight = Arc::clone(&self.flight);
        drop(self);
        let Some(followers) = flight.followers.get() else { return };
        let is_for_all =
            !public || outcome.as_ref().map_or(true, |reply| is_shareable(reply.head.as_deref()));
        let only_for = (!is_for_all).then_some(flight.request);
        followers.send_replace(Some(Landed { outcome: outcome.clone(), only_for }));
    }

    /// Lets nobody join it any more. A flight that has replaced it stays.
    fn close(&self) {
        let mut shard = self.flights.shard(&self.key);
        if shard.get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            shard.remove(&self.key);
        }
    }

    /// Whether nobody waits for it, in which case nobody will.
    fn is_forsaken(&self) -> bool {
        let shard = self.flights.shard(&self.key);
        let forsaken = self.flight.followers.get().is_none_or(|followers| followers.receiver_count() == 0);
        drop(shard);
        forsaken
    }
}

impl Drop for Airborne {
    fn drop(&mut self) {
        self.close();
    }
}

/// A leader's wait for its call.
pub(super) struct Led {
    call: Option<(Airborne, BoxFuture<Outcome>)>,
    public: bool,
}

impl Future for Led {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let public = self.public;
        let Some((_, call)) = &mut self.call else { return Poll::Pending };
        let outcome = ready!(call.as_mut().poll(context));
        if let Some((airborne, _)) = self.call.take() {
            airborne.land(&outcome, public);
        }
        Poll::Ready(outcome)
    }
}

/// A leader that goes away leaves its call to those who wait for it.
impl Drop for Led {
    fn drop(&mut self) {
        let Some((airborne, call)) = self.call.take() else { return };
        // A call that has panicked has nothing more to say.
        if std::thread::panicking() || airborne.is_forsaken() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(go_on(airborne, call, self.public));
        }
    }
}

/// A call without its leader, until it is answered or nobody waits any more.
async fn go_on(airborne: Airborne, mut call: BoxFuture<Outcome>, public: bool) {
    let flight = Arc::clone(&airborne.flight);
    let Some(followers) = flight.followers.get() else { return };
    loop {
        match select(call, pin!(followers.closed())).await {
            Either::Left((outcome, _)) => return airborne.land(&outcome, public),
            Either::Right(((), rest)) => call = rest,
        }
        if airborne.is_forsaken() {
            return;
        }
    }
}

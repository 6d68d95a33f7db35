//! Which endpoint an attempt goes to, and what its end says of it.
//!
//! Of two random endpoints the less burdened one (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing"). An
//! endpoint whose breaker is open is left out as long as another one is in, but never all: where none is in, the breaker
//! that was to be asked next says no, or lets a probe pass. A service with one endpoint has one breaker, its own.

mod choice;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tower::Layer;

pub(crate) use self::choice::Trail;
use self::choice::{bit, choose};
use super::{
    CallError, Outcome, Outgoing, Reason,
    breaker::Attempt,
    endpoints::Endpoints,
    observe::ServiceCounters,
    service::SharedService,
    transport::{Opener, Peer},
};
use crate::{step::Step, telemetry::story::Event};

#[derive(Clone)]
pub(super) struct BalanceLayer {
    endpoints: Arc<Endpoints>,
    counters: Arc<ServiceCounters>,
    opener: Opener,
}

impl BalanceLayer {
    pub(super) fn new(service: &SharedService, opener: Opener) -> Self {
        let (endpoints, counters) = (Arc::clone(&service.endpoints), Arc::clone(&service.counters));
        Self { endpoints, counters, opener }
    }
}

impl<S> Layer<S> for BalanceLayer {
    type Service = Balance<S>;

    fn layer(&self, inner: S) -> Balance<S> {
        let Self { endpoints, counters, opener } = self.clone();
        Balance { inner, endpoints, counters, opener, local: Mutex::default() }
    }
}

pub(super) struct Balance<S> {
    inner: S,
    endpoints: Arc<Endpoints>,
    counters: Arc<ServiceCounters>,
    opener: Opener,
    local: Mutex<Local>,
}

type Peers = Arc<[Arc<Peer>]>;

/// The endpoints as this worker has them: with connections of its own.
#[derive(Default)]
struct Local {
    version: u64,
    peers: Peers,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Balance<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let peers = self.peers();
        let (hurried, operation) = (outgoing.context.inner().hurried, outgoing.operation);
        let admitted = admit(&peers, &outgoing).map_err(|error| self.explain(error, &outgoing));
        let (peer, mut attempt) = admitted?;
        let several = peers.len() > 1;
        let mut flight = several.then(|| peer.endpoint.carry(outgoing.now));
        outgoing.trail.add(peer.endpoint.id);
        outgoing.peer = Some(Arc::clone(peer));
        let mut outcome = self.inner.call(outgoing).await;
        attempt.judge(&outcome, hurried);
        if let Some(flight) = &mut flight {
            flight.landed(&outcome);
            outcome = outcome.map_err(|error| error.at(&peer.endpoint.addresses));
        }
        if let Err(error) = &outcome {
            // A retry may hide it from whoever called.
            self.counters.last_failure.note(operation, error);
        }
        outcome
    }
}

impl<S> Balance<S> {
    /// The endpoints, as they were found last.
    fn peers(&self) -> Peers {
        let mut local = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        if local.version != self.endpoints.version() {
            let (version, endpoints) = self.endpoints.list();
            // Those that stay keep their connections; those that are gone close theirs after their last call.
            let peers = endpoints.iter().filter_map(|endpoint| {
                let kept = local.peers.iter().find(|peer| peer.endpoint.id == endpoint.id).cloned();
                kept.or_else(|| self.opener.open(endpoint).map(Arc::new))
            });
            *local = Local { version, peers: peers.collect() };
        }
        Arc::clone(&local.peers)
    }

    fn explain(&self, refusal: Refusal, outgoing: &Outgoing) -> CallError {
        match refusal {
            Refusal::NoEndpoint => {
                CallError::new(Reason::Unavailable, format!("it has no endpoint: {}", self.endpoints.fault()))
            }
            Refusal::Open(wait) => {
                outgoing.tell(Event::BreakerOpen);
                let detail = format!("the breaker is open, for {} ms more", wait.as_millis());
                CallError::new(Reason::OpenBreaker, detail)
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Refusal {
    NoEndpoint,
    /// Every breaker is open, the one that opens first for this long.
    Open(Duration),
}

/// An endpoint whose breaker lets the attempt pass.
fn admit<'a>(peers: &'a [Arc<Peer>], outgoing: &Outgoing) -> Result<(&'a Arc<Peer>, Attempt<'a>), Refusal> {
    let now = outgoing.now;
    // A deadline that a client chose says nothing about the service: a hurried caller must not open it for others.
    let deadline = (!outgoing.context.inner().hurried).then_some(outgoing.deadline);
    let mut avoided = outgoing.trail.been();
    let mut refusal = Refusal::NoEndpoint;
    for _ in 0..peers.len() {
        let Some(peer) = choose(peers, now, avoided) else { break };
        match peer.endpoint.breaker.attempt(now, deadline) {
            Ok(attempt) => return Ok((peer, attempt)),
            // Somebody else was first with the probe.
            Err(wait) => refusal = refusal.or_sooner(wait),
        }
        avoided |= bit(peer.endpoint.id);
    }
    Err(refusal)
}

impl Refusal {
    fn or_sooner(self, wait: Duration) -> Self {
        match self {
            Self::NoEndpoint => Self::Open(wait),
            Self::Open(other) => Self::Open(other.min(wait)),
        }
    }
}

#[cfg(test)]
mod tests;

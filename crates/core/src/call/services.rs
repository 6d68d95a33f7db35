//! What a worker holds for each service: its stack of policies around connections of its own.

use std::sync::Arc;

use tokio::time::Instant;

use super::{
    Answered, CallError, Origin, Outcome, Outgoing, Reason, Reply, Safety, Source,
    answered::StandIn,
    balance::Trail,
    cache::SharedCache,
    decode::Decode,
    policy::CallPolicy,
    service::SharedService,
    stack::{self, Outbound},
};
use crate::{
    context::RequestContext,
    freshness::Keep,
    plan::Made,
    step::Step as _,
    telemetry::{
        metrics::service::{Ended, ServiceMeter},
        story::{self, Event},
    },
};

/// Bytes of a reply whose decoding keeps a worker from all else for some tenth of a millisecond.
const LONG: usize = 32 << 10;

/// One service on one worker.
pub(crate) struct ServicePool {
    shared: Arc<SharedService>,
    stack: Outbound,
    meter: Option<Arc<ServiceMeter>>,
}

impl ServicePool {
    pub(super) fn policy(&self, operation: &str) -> CallPolicy {
        self.shared.policies.of(operation)
    }

    /// Notes the call where calls are noted.
    pub(super) fn note<K: Safety>(
        &self,
        context: &RequestContext,
        operation: &'static str,
        policy: CallPolicy,
    ) -> Option<Made> {
        let recording = context.inner().recording.as_ref()?;
        let (longest, attempts) = policy.worst_case::<K>(&self.shared.config);
        Some(recording.call(operation, longest, attempts))
    }

    /// Sends one call through the stack and decodes its reply.
    pub(super) async fn send<D: Decode>(
        &self,
        mut outgoing: Box<Outgoing>,
        made: Option<Made>,
    ) -> Result<Answered<D::Value>, CallError> {
        outgoing.trail = Trail::new(&self.shared.endpoints);
        let (operation, read_only) = (outgoing.operation, outgoing.read_only);
        let context = outgoing.context.clone();
        let mut flight = self.meter.as_ref().map(|meter| meter.operation(operation).begin(outgoing.now));
        let call = context.story().call(self.shared.name, operation, outgoing.now);
        outgoing.call = call;
        let outcome = self.stack.call(outgoing).await;
        context.fold(keep(&outcome));
        if outcome.as_ref().is_ok_and(|reply| reply.body.len() >= LONG) {
            context.inner().work.takes_long();
        }
        let answered = self.conclude::<D>(operation, read_only, outcome);
        let end = ended(&answered);
        // The stack has told of an answer.
        if let Ended::Failed(Reason::InvalidReply) = end {
            context.story().call_ended(call, story::Ended::Failed(Reason::InvalidReply), Instant::now());
        }
        if let Some(flight) = &mut flight {
            flight.end(end);
        }
        let answered = answered?;
        if let Some(StandIn { error, origin: Origin::Config }) = &answered.stand_in {
            context.story().event(call, Event::Fallback { reason: error.reason() }, Instant::now());
        }
        Ok(Answered { made, ..answered })
    }

    /// What the call came to. A reply that does not decode is a failure of the call like any other, so it is counted as one.
    fn conclude<D: Decode>(
        &self,
        operation: &'static str,
        read_only: bool,
        outcome: Outcome,
    ) -> Result<Answered<D::Value>, CallError> {
        let error = match outcome {
            Ok(mut reply) => {
                let stand_in = reply.stale.take().map(|stale| stale.of(operation));
                let source = if reply.kept { Source::Kept } else { Source::Service };
                match self.decode::<D>(&reply) {
                    Ok(value) => return Ok(Answered { source, ..Answered::of(value, stand_in) }),
                    Err(error) => {
                        self.shared.counters.count_invalid_reply(operation, &error);
                        error
                    }
                }
            }
            Err(error) => error,
        };
        let error = error.of(operation);
        if !(read_only && error.reason().is_outage()) {
            return Err(error);
        }
        let Some(body) = self.shared.policies.fallback(operation) else { return Err(error) };
        match self.decode::<D>(&Reply::new(body, true)) {
            Ok(value) => Ok(Answered::standing_in(value, error)),
            Err(misfit) => Err(unfit(&error, &misfit).of(operation)),
        }
    }

    fn decode<D: Decode>(&self, reply: &Reply) -> Result<D::Value, CallError> {
        D::decode(reply, self.shared.config.max_depth)
    }
}

/// What became of the call. What the configuration states for a failure makes none of it.
fn ended<T>(answered: &Result<Answered<T>, CallError>) -> Ended {
    match answered {
        Ok(Answered { stand_in: Some(StandIn { error, origin: Origin::Config }), .. }) | Err(error) => {
            Ended::Failed(error.reason())
        }
        Ok(_) => Ended::Answered,
    }
}

/// How long what is made of it may be kept. A failure may come to something else when the client asks again, and what is stale
/// already is kept by nobody.
fn keep(outcome: &Outcome) -> Keep {
    match outcome {
        Ok(Reply { stale: None, keep, .. }) => *keep,
        Ok(_) => Keep::NoStore,
        Err(_) => Keep::No,
    }
}

/// The failure of a call whose fallback the screen cannot read either: its client lists another type than it decodes.
fn unfit(error: &CallError, misfit: &CallError) -> CallError {
    let detail = format!("{}; as for its fallback, {}", error.detail(), misfit.detail());
    CallError::new(error.reason(), detail)
}

/// The services of one worker.
pub(crate) struct Services(Vec<(&'static str, Arc<ServicePool>)>);

impl Services {
    /// Opens the pools. Must run on the worker's runtime: a connection belongs to the runtime that opens it.
    pub(crate) fn open(services: &[Arc<SharedService>]) -> Result<Self, ServiceError> {
        // One for all of them: a connection to it carries any number of look-ups.
        let shared = services.iter().find_map(|service| service.kept.shared());
        let cache = shared.map(|shared| Arc::new(SharedCache::open(shared)));
        let open = |shared: &Arc<SharedService>| {
            let meter = shared.meter();
            let stack = stack::outbound(shared, cache.as_ref(), meter.as_ref())
                .map_err(|message| ServiceError { service: shared.name, message })?;
            Ok((shared.name, Arc::new(ServicePool { shared: Arc::clone(shared), stack, meter })))
        };
        services.iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// A BFF has a handful of services, so a walk beats a hash.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<ServicePool>> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, pool)| Arc::clone(pool))
    }
}

/// A service whose client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("services.{service}: {message}")]
pub(crate) struct ServiceError {
    service: &'static str,
    message: String,
}

#[cfg(test)]
mod tests;

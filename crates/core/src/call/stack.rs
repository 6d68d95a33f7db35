//! THE outbound page: what every attempt on a service goes through, outermost first.
//!
//! All steps share one error type and are always ready; an HTTP call and a gRPC call differ in the last step only.
//! [`Outbound`] is the same list as a type.

use std::sync::Arc;

use tower::ServiceBuilder;

use super::{
    attempt::{AttemptTimeout, AttemptTimeoutLayer},
    balance::{Balance, BalanceLayer},
    bulkhead::{Bulkhead, BulkheadLayer},
    cache::{Levels, Lookup, LookupLayer, SharedCache, Store, StoreLayer},
    coalesce::{Coalesce, CoalesceLayer},
    deadline::{Deadline, DeadlineLayer},
    hedge::{Hedge, HedgeLayer},
    measure::{Measure, MeasureLayer},
    observe::{Observe, ObserveLayer},
    propagate::{Propagate, PropagateLayer},
    retry::{Retry, RetryLayer},
    service::SharedService,
    transport::{Opener, Transport},
};
use crate::telemetry::metrics::service::ServiceMeter;

pub(super) type Outbound = Observe<
    Lookup<
        Deadline<
            Coalesce<Store<Retry<Hedge<Balance<Bulkhead<Measure<AttemptTimeout<Propagate<Transport>>>>>>>>>,
        >,
    >,
>;

pub(super) fn outbound(
    service: &SharedService,
    shared: Option<&Arc<SharedCache>>,
    meter: Option<&Arc<ServiceMeter>>,
) -> Result<Outbound, String> {
    let SharedService { name, config, counters, kept, any_kept, flights, .. } = service;
    let levels = Levels::new(kept, any_kept, shared);
    Ok(ServiceBuilder::new()
        // Sees what the screen sees: one outcome a call, whatever happens below, and calls whose client went away.
        .layer(ObserveLayer::new(counters))
        // A kept answer ends it here. Outside the deadline, since the last good answer may stand in for one that came too late.
        .layer(LookupLayer::new(name, levels.clone(), counters))
        // Everything below ends in time: waiting for a place, attempts, a body that trickles.
        .layer(DeadlineLayer)
        // One call for all who ask the same. Inside the deadline, since each who waits has its own.
        .layer(CoalesceLayer::new(name, flights, counters))
        // Keeps the answer. Below the point where calls become one: once, and even if the first who asked has left.
        .layer(StoreLayer::new(levels, config.max_depth))
        // One more attempt, from a budget. Outside the breakers, which judge each attempt, and outside the bulkhead, so that
        // no place is held during the pause.
        .layer(RetryLayer::new(&config.retry, &service.budget))
        // A second attempt where the first is slow, from the same budget. Outside the choice of an endpoint, so that it goes
        // to another one.
        .layer(HedgeLayer::new(&service.budget, &service.latencies))
        // The better of two endpoints. Its breaker judges the attempt; where all are open, the call has its answer at once.
        .layer(BalanceLayer::new(service, Opener::new(service)?))
        // No more in flight than the service bears. Inside the deadline, since waiting for a place takes time.
        .layer(BulkheadLayer::new(&config.bulkhead, &service.bulkheads))
        // What the attempt took and came to, without the wait for its place: its span, of which the service is told.
        .layer(MeasureLayer::new(meter))
        // One try on the wire may take less than the whole call, which leaves time for another one.
        .layer(AttemptTimeoutLayer)
        // Identity, request id, trace, the time that is left now and our credential: written last, so that no step above can
        // change them or sees the credential.
        .layer(PropagateLayer::new(service.credential.as_ref()))
        // The bytes, on this worker's own connections to the endpoint.
        .service(Transport))
}

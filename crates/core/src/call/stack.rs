//! THE outbound page: what every attempt on a service goes through, outermost first.
//!
//! All steps share one error type and are always ready; an HTTP call and a gRPC call differ in the last step only.
//! [`Outbound`] is the same list as a type.

use tower::ServiceBuilder;

use super::{
    attempt::{AttemptTimeout, AttemptTimeoutLayer},
    bulkhead::{Bulkhead, BulkheadLayer},
    deadline::{Deadline, DeadlineLayer},
    observe::{Observe, ObserveLayer},
    propagate::{Propagate, PropagateLayer},
    service::SharedService,
    transport::Transport,
};

pub(super) type Outbound = Observe<Deadline<Bulkhead<AttemptTimeout<Propagate<Transport>>>>>;

pub(super) fn outbound(service: &SharedService) -> Result<Outbound, String> {
    let config = &service.config;
    Ok(ServiceBuilder::new()
        // Sees what the screen sees: one outcome a call, whatever happens below, and calls whose client went away.
        .layer(ObserveLayer::new(&service.counters))
        // Everything below ends in time: waiting for a place, attempts, a body that trickles.
        .layer(DeadlineLayer::new(config.timeout))
        // No more in flight than the service bears. Inside the deadline, since waiting for a place takes time.
        .layer(BulkheadLayer::new(config.bulkhead, config.bulkhead_wait))
        // One try on the wire may take less than the whole call, which leaves time for another one.
        .layer(AttemptTimeoutLayer::new(config.attempt_timeout))
        // Identity, request id, trace and the time that is left now: written last, so that no step above can change them.
        .layer(PropagateLayer)
        // The bytes: a pool of this worker's own connections.
        .service(Transport::open(service)?))
}

//! What a worker holds for each service: its stack of policies around connections of its own.

use std::sync::Arc;

use super::{
    CallError, Outgoing, Reply,
    service::SharedService,
    stack::{self, Outbound},
};
use crate::step::Step as _;

/// One service on one worker.
pub(crate) struct ServicePool {
    shared: Arc<SharedService>,
    stack: Outbound,
}

impl ServicePool {
    pub(super) fn max_depth(&self) -> usize {
        self.shared.config.max_depth
    }

    /// Sends one call through the stack and decodes its reply. A reply that does not decode is a failure of the call
    /// like any other, so it is counted as one.
    pub(super) async fn send<T>(
        &self,
        outgoing: Box<Outgoing>,
        decode: impl FnOnce(Reply) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let operation = outgoing.operation;
        let reply = self.stack.call(outgoing).await.map_err(|error| error.of(operation))?;
        decode(reply).map_err(|error| {
            self.shared.counters.count_invalid_reply();
            error.of(operation)
        })
    }
}

/// The services of one worker.
pub(crate) struct Services(Vec<(&'static str, Arc<ServicePool>)>);

impl Services {
    /// Opens the pools. Must run on the worker's runtime: a connection belongs to the runtime that opens it.
    pub(crate) fn open(services: &[Arc<SharedService>]) -> Result<Self, ServiceError> {
        let open = |shared: &Arc<SharedService>| {
            let stack =
                stack::outbound(shared).map_err(|message| ServiceError { service: shared.name, message })?;
            Ok((shared.name, Arc::new(ServicePool { shared: Arc::clone(shared), stack })))
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

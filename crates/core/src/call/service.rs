//! One downstream service, as all workers see it.

use std::sync::{Arc, atomic::AtomicBool};

use super::{
    Declaration, budget::Budget, cache::Kept, coalesce::Flights, endpoints::Endpoints, latency::Latencies,
    observe::ServiceCounters, policy::Policies, resolver::SharedResolver,
};
use crate::{config::ServiceConfig, sender::Credential};

/// What all workers share of one service.
#[derive(Debug)]
pub(crate) struct SharedService {
    pub(crate) name: &'static str,
    pub(crate) grpc: bool,
    pub(crate) config: ServiceConfig,
    pub(super) policies: Policies,
    pub(crate) counters: Arc<ServiceCounters>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) latencies: Arc<Latencies>,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(super) flights: Arc<Flights>,
    /// Of all services.
    pub(crate) kept: Arc<Kept>,
    /// Whether any of its answers was ever kept.
    pub(super) any_kept: Arc<AtomicBool>,
    /// What it is shown, if anything.
    pub(super) credential: Option<Arc<Credential>>,
}

impl SharedService {
    /// Fails with what is wrong about its address, which a configuration that was checked has not.
    pub(crate) fn new(
        declared: &Declaration,
        config: ServiceConfig,
        resolver: SharedResolver,
        kept: &Arc<Kept>,
        credential: Option<Credential>,
    ) -> Result<Self, String> {
        let Declaration { name, grpc, operations } = *declared;
        let policies = Policies::new(name, &config, operations);
        let endpoints =
            Endpoints::new(&config, resolver).map_err(|error| format!("services.{name}: {error}"))?;
        Ok(Self {
            budget: Arc::new(Budget::new(&config.retry)),
            latencies: Arc::new(Latencies::new(&config.hedge)),
            endpoints: Arc::new(endpoints),
            counters: Arc::default(),
            flights: Arc::default(),
            kept: Arc::clone(kept),
            any_kept: Arc::default(),
            credential: credential.map(Arc::new),
            name,
            grpc,
            config,
            policies,
        })
    }
}

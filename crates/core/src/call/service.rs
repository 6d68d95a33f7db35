//! One downstream service, as all workers see it.

use std::sync::{Arc, atomic::AtomicBool};

use super::{
    Declaration, budget::Budget, bulkhead::Bulkheads, cache::Kept, coalesce::Flights, endpoints::Endpoints,
    latency::Latencies, observe::ServiceCounters, policy::Policies, resolver::SharedResolver,
};
use crate::{
    config::ServiceConfig,
    sender::Credential,
    telemetry::metrics::{Metrics, service::ServiceMeter},
};

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
    pub(crate) bulkheads: Arc<Bulkheads>,
    pub(super) flights: Arc<Flights>,
    /// Of all services.
    pub(crate) kept: Arc<Kept>,
    /// Whether any of its answers was ever kept.
    pub(super) any_kept: Arc<AtomicBool>,
    /// What it is shown, if anything.
    pub(super) credential: Option<Arc<Credential>>,
    metrics: Option<Arc<Metrics>>,
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
            bulkheads: Arc::default(),
            counters: Arc::default(),
            flights: Arc::default(),
            kept: Arc::clone(kept),
            any_kept: Arc::default(),
            credential: credential.map(Arc::new),
            metrics: None,
            name,
            grpc,
            config,
            policies,
        })
    }

    /// Its calls are counted there.
    #[must_use]
    pub(crate) fn measured_by(self, metrics: Option<&Arc<Metrics>>) -> Self {
        Self { metrics: metrics.cloned(), ..self }
    }

    /// What one worker counts its calls with, where anything does.
    pub(super) fn meter(&self) -> Option<Arc<ServiceMeter>> {
        self.metrics.as_ref().map(|metrics| metrics.service(self.name, self.grpc, &self.config.url))
    }
}

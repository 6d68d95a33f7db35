//! One downstream service, as all workers see it.

use std::sync::Arc;

use super::{Declaration, breaker::Breaker, budget::Budget, observe::ServiceCounters, policy::Policies};
use crate::config::ServiceConfig;

/// What all workers share of one service.
#[derive(Debug)]
pub(crate) struct SharedService {
    pub(crate) name: &'static str,
    pub(crate) grpc: bool,
    pub(crate) config: ServiceConfig,
    pub(super) policies: Policies,
    pub(crate) counters: Arc<ServiceCounters>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) breaker: Arc<Breaker>,
}

impl SharedService {
    pub(crate) fn new(declared: &Declaration, config: ServiceConfig) -> Self {
        let Declaration { name, grpc, operations } = *declared;
        let policies = Policies::new(name, &config, operations);
        let (budget, breaker) =
            (Arc::new(Budget::new(&config.retry)), Arc::new(Breaker::new(&config.breaker)));
        Self { name, grpc, config, policies, counters: Arc::default(), budget, breaker }
    }
}

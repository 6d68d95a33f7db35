//! One downstream service, as all workers see it.

use std::sync::Arc;

use super::{breaker::Breaker, budget::Budget, observe::ServiceCounters};
use crate::config::ServiceConfig;

/// What all workers share of one service.
#[derive(Debug)]
pub(crate) struct SharedService {
    pub(crate) name: &'static str,
    pub(crate) grpc: bool,
    pub(crate) config: ServiceConfig,
    pub(crate) counters: Arc<ServiceCounters>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) breaker: Arc<Breaker>,
}

impl SharedService {
    pub(crate) fn new(name: &'static str, grpc: bool, config: ServiceConfig) -> Self {
        let (budget, breaker) =
            (Arc::new(Budget::new(&config.retry)), Arc::new(Breaker::new(&config.breaker)));
        Self { name, grpc, config, counters: Arc::default(), budget, breaker }
    }
}

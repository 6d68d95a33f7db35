//! One downstream service, as all workers see it.

use std::sync::Arc;

use super::observe::ServiceCounters;
use crate::config::ServiceConfig;

/// What all workers share of one service.
#[derive(Debug)]
pub(crate) struct SharedService {
    pub(crate) name: &'static str,
    pub(crate) grpc: bool,
    pub(crate) config: ServiceConfig,
    pub(crate) counters: Arc<ServiceCounters>,
}

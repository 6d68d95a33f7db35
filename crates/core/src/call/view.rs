//! What operators see of a service: the numbers that `/status` shows and that metrics are read from.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use serde::Serialize;
use tokio::time::Instant;

use super::{
    Reason,
    breaker::{BreakerTurns, BreakerView, RecentSum, RecentView},
    bulkhead::BulkheadView,
    endpoint::Endpoint,
    health::CheckView,
    last_failure::LastFailureView,
    observe::ServiceCounters,
    service::SharedService,
};

/// One downstream service at this moment, over all workers.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceView {
    /// As in `[services.<name>]`.
    pub name: &'static str,
    /// `http` or `grpc`.
    pub protocol: &'static str,
    /// What its endpoints' attempts of the last minutes came to.
    pub recent: RecentView,
    /// What became of calls on it, since the start.
    pub calls: CallsView,
    /// Places for calls in flight.
    pub bulkhead: BulkheadView,
    /// Retries and hedges that are left now.
    pub retry_budget: u64,
    /// Second attempts of slow calls, since the start.
    pub hedges: HedgesView,
    /// How often its breakers turned, since the start.
    pub breaker_turns: BreakerTurns,
    /// Where it is.
    pub endpoints: Vec<EndpointView>,
    /// What is wrong with its names, if anything is.
    pub unresolved: Option<String>,
    /// The last failure, since the start.
    pub last_failure: Option<LastFailureView>,
}

/// One address of a service.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointView {
    /// The URL of the configuration that led to it.
    pub url: Arc<str>,
    /// Where it is. Two addresses are one machine's, by IPv6 and by IPv4.
    pub addresses: Arc<[SocketAddr]>,
    /// What its attempts of the last minutes came to.
    pub recent: RecentView,
    /// Its breaker.
    pub breaker: BreakerView,
    /// Its check, where `[services.<name>.health]` asks for one.
    pub check: Option<CheckView>,
}

/// What became of the calls on a service, since the start. A call that a kept answer was used for is among those answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CallsView {
    /// Calls that wait for their answer now.
    pub in_flight: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Those that a fresh kept answer was used for.
    pub kept: u64,
    /// Those that a stale one was used for.
    pub stale: u64,
    /// Calls that waited for the answer of another one.
    pub coalesced: u64,
    /// Calls that nobody waited for any more.
    pub cancelled: u64,
    /// Calls that failed, by reason; those of which there was one.
    pub failed: BTreeMap<&'static str, u64>,
}

/// Second attempts of slow calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct HedgesView {
    /// Calls that were sent a second time.
    pub sent: u64,
    /// Those of them that the second attempt answered.
    pub won: u64,
}

impl SharedService {
    /// What operators see of it.
    pub(crate) fn view(&self, now: Instant) -> ServiceView {
        let (_, endpoints) = self.endpoints.list();
        let mut all = RecentSum::default();
        for endpoint in endpoints.iter() {
            endpoint.breaker.add_recent(&mut all, now);
        }
        let hedges = self.latencies.hedges();
        ServiceView {
            name: self.name,
            protocol: if self.grpc { "grpc" } else { "http" },
            recent: all.view(),
            calls: CallsView::of(&self.counters),
            bulkhead: self.bulkheads.view(),
            retry_budget: self.budget.left(now),
            hedges: HedgesView { sent: hedges.sent(), won: hedges.won() },
            breaker_turns: self.endpoints.breaker_turns(),
            endpoints: endpoints.iter().map(|endpoint| endpoint.view(now)).collect(),
            unresolved: Some(self.endpoints.fault()).filter(|fault| !fault.is_empty()),
            last_failure: self.counters.last_failure.view(now),
        }
    }
}

impl Endpoint {
    pub(crate) fn view(&self, now: Instant) -> EndpointView {
        let mut recent = RecentSum::default();
        self.breaker.add_recent(&mut recent, now);
        EndpointView {
            url: Arc::clone(&self.url),
            addresses: Arc::clone(&self.addresses),
            recent: recent.view(),
            breaker: self.breaker.view(now),
            check: self.health.as_ref().map(|health| health.view(now)),
        }
    }
}

impl CallsView {
    fn of(counters: &ServiceCounters) -> Self {
        let failed = Reason::ALL.iter().map(|reason| (reason.as_str(), counters.failed(*reason)));
        Self {
            in_flight: counters.in_flight(),
            answered: counters.answered(),
            kept: counters.kept(),
            stale: counters.stale(),
            coalesced: counters.coalesced(),
            cancelled: counters.cancelled(),
            failed: failed.filter(|(_, count)| *count > 0).collect(),
        }
    }
}

//! The endpoints of a service: each address that its URLs stand for, followed when it moves.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{breaker::BreakerTurns, causes, endpoint::Endpoint, resolver::SharedResolver};
use crate::config::{BreakerConfig, CheckConfig, ServiceConfig};

/// A resolver that takes longer has failed.
const RESOLVING: Duration = Duration::from_secs(5);

/// A service that has no address at all is looked up more often than one that might move.
const UNKNOWN: Duration = Duration::from_secs(1);

/// Where a service is, as all workers see it.
#[derive(Debug)]
pub(crate) struct Endpoints {
    origins: Vec<Origin>,
    refresh: Duration,
    resolver: SharedResolver,
    breaker: BreakerConfig,
    check: Option<CheckConfig>,
    known: Mutex<Known>,
    /// Grows whenever `known` changes, so that a worker sees it without a lock.
    version: AtomicU64,
    count: AtomicUsize,
    /// For who checks them.
    changed: Notify,
}

/// One URL of the configuration.
#[derive(Debug)]
struct Origin {
    url: Arc<str>,
    host: String,
    port: u16,
    /// The address itself, where the URL has one and no name.
    address: Option<SocketAddr>,
}

#[derive(Debug, Default)]
struct Known {
    /// What each origin stood for when it was resolved last.
    found: Vec<Vec<Arc<[SocketAddr]>>>,
    endpoints: Arc<[Arc<Endpoint>]>,
    next_id: u64,
    fault: String,
    /// Turns of the breakers of those that are gone, so that the sum never falls.
    gone: BreakerTurns,
}

impl Endpoints {
    pub(super) fn new(config: &ServiceConfig, resolver: SharedResolver) -> Result<Self, String> {
        let origins = config.url.iter().map(|url| Origin::parse(url)).collect::<Result<Vec<_>, _>>()?;
        let endpoints = Self {
            known: Mutex::new(Known { found: vec![Vec::new(); origins.len()], ..Known::default() }),
            origins,
            refresh: config.dns_refresh,
            resolver,
            breaker: config.breaker.clone(),
            check: config.health.clone(),
            version: AtomicU64::new(0),
            count: AtomicUsize::new(0),
            changed: Notify::new(),
        };
        for (place, origin) in endpoints.origins.iter().enumerate() {
            if let Some(address) = origin.address {
                endpoints.set(place, vec![address]);
            }
        }
        Ok(endpoints)
    }

    /// The number of the present list; it grows.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn list(&self) -> (u64, Arc<[Arc<Endpoint>]>) {
        let known = self.lock();
        (self.version(), Arc::clone(&known.endpoints))
    }

    /// Waits until the list is another one. For one who waits.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// How often breakers turned, those of endpoints that are gone too.
    pub(crate) fn breaker_turns(&self) -> BreakerTurns {
        let known = self.lock();
        known.endpoints.iter().fold(known.gone, |mut sum, endpoint| {
            sum.add(endpoint.breaker.turns());
            sum
        })
    }

    /// Why there are none.
    pub(super) fn fault(&self) -> String {
        self.lock().fault.clone()
    }

    /// Whether there is anything to look up.
    pub(crate) fn has_names(&self) -> bool {
        self.origins.iter().any(|origin| origin.address.is_none())
    }

    /// Looks the names up again and again, until it is dropped.
    pub(crate) async fn follow(&self) {
        loop {
            let pause = if self.count() == 0 { self.refresh.min(UNKNOWN) } else { self.refresh };
            // Not all instances at one moment.
            sleep(pause.mul_f64(0.9 + fastrand::f64() / 5.0)).await;
            self.resolve().await;
        }
    }

    /// Looks every name up once.
    pub(crate) async fn resolve(&self) {
        let named = self.origins.iter().enumerate().filter(|(_, origin)| origin.address.is_none());
        join_all(named.map(|(place, origin)| self.resolve_one(place, origin))).await;
    }

    /// What can't be found stays as it was found last.
    async fn resolve_one(&self, place: usize, origin: &Origin) {
        let resolving = self.resolver.0.resolve(&origin.host, origin.port);
        #[expect(clippy::disallowed_methods, reason = "no request waits for this")]
        let fault = match timeout(RESOLVING, resolving).await {
            Ok(Ok(addresses)) if !addresses.is_empty() => return self.set(place, addresses),
            Ok(Ok(_)) => "it has no address".to_owned(),
            Ok(Err(error)) => causes(&error),
            Err(_) => format!("no answer within {} s", RESOLVING.as_secs()),
        };
        let fault = format!("{} can't be found: {fault}", origin.host);
        let mut known = self.lock();
        if known.fault != fault {
            tracing::warn!(addresses_kept = known.found[place].len(), "{fault}");
            known.fault = fault;
        }
    }

    /// What an origin stands for now. Endpoints that stay keep their breakers and all that was measured.
    fn set(&self, place: usize, addresses: Vec<SocketAddr>) {
        let found = machines(addresses);
        let mut known = self.lock();
        known.fault.clear();
        if known.found[place] == found {
            return;
        }
        known.found[place] = found;
        let (old, mut next_id) = (Arc::clone(&known.endpoints), known.next_id);
        let all = self
            .origins
            .iter()
            .zip(&known.found)
            .flat_map(|(origin, found)| found.iter().map(move |addresses| (&origin.url, addresses)));
        let endpoints = all.map(|(url, addresses)| {
            let kept = old.iter().find(|old| old.url == *url && old.addresses == *addresses);
            kept.cloned().unwrap_or_else(|| {
                next_id += 1;
                let (url, addresses) = (Arc::clone(url), Arc::clone(addresses));
                Arc::new(Endpoint::new(next_id, url, addresses, &self.breaker, self.check.as_ref()))
            })
        });
        let endpoints: Arc<[Arc<Endpoint>]> = endpoints.collect();
        for gone in old.iter().filter(|old| endpoints.iter().all(|endpoint| endpoint.id != old.id)) {
            known.gone.add(gone.breaker.turns());
        }
        (known.endpoints, known.next_id) = (endpoints, next_id);
        self.count.store(known.endpoints.len(), Ordering::Relaxed);
        self.version.fetch_add(1, Ordering::Release);
        self.changed.notify_one();
    }

    /// As if the first URL's name stood for these now.
    #[cfg(test)]
    pub(super) fn move_for_test(&self, addresses: &[SocketAddr]) {
        self.set(0, addresses.to_vec());
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Origin {
    fn parse(url: &str) -> Result<Self, String> {
        let parsed = url::Url::parse(url).map_err(|error| format!("{url:?} is no URL: {error}"))?;
        let (Some(host), Some(port)) = (parsed.host(), parsed.port_or_known_default()) else {
            return Err(format!("{url:?} has no host or no port"));
        };
        let address = match host {
            url::Host::Domain(_) => None,
            url::Host::Ipv4(address) => Some(SocketAddr::new(IpAddr::V4(address), port)),
            url::Host::Ipv6(address) => Some(SocketAddr::new(IpAddr::V6(address), port)),
        };
        Ok(Self { url: url.into(), host: host.to_string(), port, address })
    }
}

/// The machines behind the addresses, in an order that does not depend on the resolver's. One address of each family is one
/// machine that can be reached by both (RFC 8305); of several, those by IPv4 are taken, or else those by IPv6.
fn machines(mut addresses: Vec<SocketAddr>) -> Vec<Arc<[SocketAddr]>> {
    addresses.sort_unstable_by_key(|address| (address.is_ipv4(), *address));
    addresses.dedup();
    if let [six, four] = addresses.as_slice()
        && six.is_ipv6()
        && four.is_ipv4()
    {
        return vec![addresses.into()];
    }
    let has_four = addresses.iter().any(SocketAddr::is_ipv4);
    addresses
        .into_iter()
        .filter(|address| address.is_ipv4() == has_four)
        .map(|address| [address].into())
        .collect()
}

#[cfg(test)]
mod tests;

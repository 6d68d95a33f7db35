//! One endpoint of a service, as all workers see it: where it is, how it does, and whether it gets calls.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{CallError, Outcome, Reason, breaker::Breaker, health::Health};
use crate::config::{BreakerConfig, CheckConfig};

/// How long what was measured of an endpoint counts: after this time, a third of it is left.
const MEMORY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Endpoint {
    /// Its place in the order of appearance; no other endpoint of the service ever has it.
    pub(super) id: u64,
    /// The URL of the configuration that led to it.
    pub(super) url: Arc<str>,
    /// Where it is. Two addresses are one machine's, by IPv6 and by IPv4.
    pub(super) addresses: Arc<[SocketAddr]>,
    pub(super) breaker: Breaker,
    /// Where it is checked.
    pub(super) health: Option<Health>,
    in_flight: AtomicUsize,
    latency: Mutex<Latency>,
}

/// A moving average over time. It is the slow signal: a pause shows at once in the calls in flight.
#[derive(Debug, Default)]
struct Latency(Option<(f64, Instant)>);

impl Endpoint {
    pub(super) fn new(
        id: u64,
        url: Arc<str>,
        addresses: Arc<[SocketAddr]>,
        breaker: &BreakerConfig,
        check: Option<&CheckConfig>,
    ) -> Self {
        Self {
            id,
            url,
            addresses,
            breaker: Breaker::new(breaker),
            health: check.map(|config| Health::new(config, Instant::now())),
            in_flight: AtomicUsize::new(0),
            latency: Mutex::default(),
        }
    }

    /// False while its checks say that it is not. True where there are none.
    pub(super) fn is_healthy(&self) -> bool {
        self.health.as_ref().is_none_or(Health::is_healthy)
    }

    /// The URL of the configuration that led to it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where it is.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// How much a further call would burden it: its latency, times the calls that it would have.
    pub(super) fn load(&self, now: Instant) -> f64 {
        let waiting = u32::try_from(self.in_flight.load(Relaxed)).unwrap_or(u32::MAX);
        // An endpoint that nothing is known of is worth a try, but not for everybody at once.
        self.latency().at(now).max(1.0) * (f64::from(waiting) + 1.0)
    }

    /// A call on its way to it, for as long as this lives.
    pub(super) fn carry(&self, now: Instant) -> Flight<'_> {
        self.in_flight.fetch_add(1, Relaxed);
        Flight { endpoint: self, began: now, ended: End::Unanswered }
    }

    fn latency(&self) -> std::sync::MutexGuard<'_, Latency> {
        self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Latency {
    /// In microseconds. It fades while nothing is measured, so that an endpoint that was slow is asked again.
    fn at(&self, now: Instant) -> f64 {
        self.0.map_or(0.0, |(micros, at)| micros * left(at, now))
    }

    fn observe(&mut self, sample: Duration, now: Instant) {
        let sample = sample.as_secs_f64() * 1e6;
        let average = self.0.map_or(sample, |(micros, at)| {
            let left = left(at, now);
            micros * left + sample * (1.0 - left)
        });
        self.0 = Some((average, now));
    }

    /// Something that took at least this long.
    fn observe_at_least(&mut self, sample: Duration, now: Instant) {
        if sample.as_secs_f64() * 1e6 > self.at(now) {
            self.observe(sample, now);
        }
    }
}

/// What is left now of something that was measured then.
fn left(then: Instant, now: Instant) -> f64 {
    (-now.saturating_duration_since(then).as_secs_f64() / MEMORY.as_secs_f64()).exp()
}

/// One call in flight to an endpoint. It is measured when it ends, however it ends.
pub(super) struct Flight<'a> {
    endpoint: &'a Endpoint,
    began: Instant,
    ended: End,
}

enum End {
    Answered,
    /// It failed or was dropped: it took at least so long.
    Unanswered,
    /// Its end says nothing of the endpoint.
    Silent,
}

impl Flight<'_> {
    pub(super) fn landed(&mut self, outcome: &Outcome) {
        if outcome.as_ref().is_err_and(CallError::is_unanswered) {
            self.ended = End::Silent;
            return;
        }
        self.ended = match outcome.as_ref().map_err(CallError::reason) {
            Err(Reason::Timeout | Reason::Unavailable | Reason::Failed) => End::Unanswered,
            Err(Reason::Rejected | Reason::Internal | Reason::Revalidating) => End::Silent,
            Ok(_) | Err(_) => End::Answered,
        };
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.endpoint.in_flight.fetch_sub(1, Relaxed);
        let now = Instant::now();
        let taken = now.saturating_duration_since(self.began);
        let mut latency = self.endpoint.latency();
        match self.ended {
            End::Answered => latency.observe(taken, now),
            End::Silent => {}
            // A failure that comes fast makes nobody fast; how many there may be is the breaker's matter. And what was
            // dropped, such as a hedge that lost, would have taken longer still.
            End::Unanswered => latency.observe_at_least(taken, now),
        }
    }
}

#[cfg(test)]
mod tests;

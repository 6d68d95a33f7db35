//! What is known of one request: who asks, until when, under which id, and what became of its sections.
//!
//! The front door makes one [`RequestContext`] a request; service clients carry it into every call, so that no call can
//! be made without the deadline, the trace and, where there is one, the caller's identity.

mod work;

use std::{
    cell::Cell,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::extract::FromRequestParts;
use http::{HeaderValue, request::Parts};
use tokio::time::Instant;

pub(crate) use self::work::Work;
use crate::{
    auth::Identity,
    call::{OpenBatches, Services},
    freshness::{Keep, ReplyFreshness},
    plan::{Planner, Recording},
    problem::{Code, Problem},
    rate_limit::Limiter,
    routes::RouteInfo,
    telemetry::{story::Story, trace::TraceContext},
};

/// What is known of one request. Cheap to clone.
#[derive(Clone)]
pub struct RequestContext(Arc<Inner>);

pub(crate) struct Inner {
    number: u64,
    pub(crate) request_id: HeaderValue,
    pub(crate) trace: TraceContext,
    pub(crate) route: Arc<RouteInfo>,
    pub(crate) services: Arc<Services>,
    /// What counts who asks how often, where anything does.
    pub(crate) limiter: Option<Limiter>,
    pub(crate) started: Instant,
    pub(crate) deadline: Instant,
    pub(crate) calls_deadline: Instant,
    /// Whether the client asked for less time than the route has.
    pub(crate) hurried: bool,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) client: Option<IpAddr>,
    /// Where its calls are noted, if anybody wants to know.
    pub(crate) recording: Option<Arc<Recording>>,
    /// What it and its worker tell each other.
    pub(crate) work: Work,
    freshness: ReplyFreshness,
    /// Where keys that are asked for together find each other.
    pub(crate) batches: OpenBatches,
    /// Bytes of the body that were read.
    pub(crate) body_read: AtomicUsize,
    identity: OnceLock<Arc<Identity>>,
    /// What happened so far.
    pub(crate) story: Story,
}

/// What the front door knows when a request's head has arrived.
pub(crate) struct Arrival {
    pub(crate) request_id: HeaderValue,
    pub(crate) trace: TraceContext,
    pub(crate) route: Arc<RouteInfo>,
    pub(crate) services: Arc<Services>,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) started: Instant,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) time: Duration,
    pub(crate) hurried: bool,
    pub(crate) calls_percent: u8,
    pub(crate) planner: Option<Planner>,
    /// Whether somebody may ask for each call and attempt.
    pub(crate) whole_story: bool,
}

#[cfg(test)]
impl Arrival {
    /// A request that came through no front door: all of `time` is for calls.
    pub(crate) fn for_test(
        route: Arc<RouteInfo>,
        services: Arc<Services>,
        trace: TraceContext,
        time: Duration,
    ) -> Self {
        Self {
            request_id: HeaderValue::from_static("test"),
            trace,
            route,
            services,
            limiter: None,
            started: Instant::now(),
            peer: None,
            client: None,
            time,
            hurried: false,
            calls_percent: 100,
            planner: None,
            whole_story: false,
        }
    }
}

impl RequestContext {
    pub(crate) fn new(arrival: Arrival) -> Self {
        let calls = arrival.time * u32::from(arrival.calls_percent) / 100;
        let recording = arrival.planner.map(|planner| planner.begin(&arrival.route, arrival.time, calls));
        Self(Arc::new(Inner {
            number: next_number(),
            request_id: arrival.request_id,
            trace: arrival.trace,
            route: arrival.route,
            services: arrival.services,
            limiter: arrival.limiter,
            started: arrival.started,
            deadline: arrival.started + arrival.time,
            calls_deadline: arrival.started + calls,
            hurried: arrival.hurried,
            peer: arrival.peer,
            client: arrival.client,
            recording,
            work: Work::default(),
            freshness: ReplyFreshness::default(),
            batches: OpenBatches::default(),
            body_read: AtomicUsize::new(0),
            identity: OnceLock::new(),
            story: Story::new(arrival.whole_story),
        }))
    }

    /// A context for unit tests, which have no front door: all of `time` is for calls, and there are no services.
    #[cfg(test)]
    pub(crate) fn for_test(time: Duration) -> Self {
        Self::for_test_of(crate::auth::Policy::public(), time)
    }

    /// The same for a route with this policy.
    #[cfg(test)]
    pub(crate) fn for_test_of(policy: crate::auth::Policy, time: Duration) -> Self {
        Self::for_test_on(RouteInfo::for_test("/test", policy), time)
    }

    /// The same for this route.
    #[cfg(test)]
    pub(crate) fn for_test_on(route: Arc<RouteInfo>, time: Duration) -> Self {
        let services = Services::open(&[]).expect("nothing to open");
        let trace = TraceContext::for_test();
        Self::new(Arrival::for_test(route, Arc::new(services), trace, time))
    }

    /// Tells whether anything holds it still.
    #[cfg(test)]
    pub(crate) fn watch(&self) -> std::sync::Weak<Inner> {
        Arc::downgrade(&self.0)
    }

    /// The id that the client, the log and every service see.
    pub fn request_id(&self) -> &str {
        self.0.request_id.to_str().unwrap_or_default()
    }

    /// The verified caller, or `None` on a public route.
    pub fn identity(&self) -> Option<&Arc<Identity>> {
        self.0.identity.get()
    }

    /// The instant at which the reply must be composed.
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// The address of the connection's other end, which may be a proxy. With `server.proxy_protocol` it is the one that the
    /// header of its connection states. `None` in tests without a listener.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.0.peer
    }

    /// The address of the client: of the peer, or the one that `trust.proxies` vouch for. IPv4 that is written as IPv6 is IPv4
    /// here. A fact about the network and no identity: a household or a company may share one address. `None` in tests
    /// without a listener.
    pub fn client(&self) -> Option<IpAddr> {
        self.0.client
    }

    /// A number that no other request of this process has or will have.
    pub(crate) fn number(&self) -> u64 {
        self.0.number
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn identify(&self, identity: Arc<Identity>) {
        // A request is authenticated once; a second identity would be a bug, and the first one stays.
        let _ = self.0.identity.set(identity);
    }

    /// Says how long what a call answered may be kept: the strictest of all calls decides about the reply, those that a
    /// handler awaits itself too.
    pub(crate) fn fold(&self, keep: Keep) {
        self.0.freshness.fold(keep, || self.0.started.elapsed());
    }

    /// How long the reply may be kept, from now on.
    pub(crate) fn keep(&self) -> Keep {
        self.0.freshness.keep(|| self.0.started.elapsed())
    }

    /// What happened in the request so far.
    pub(crate) fn story(&self) -> &Story {
        &self.0.story
    }
}

/// Threads take numbers by the block, so that they seldom meet at one counter.
fn next_number() -> u64 {
    const BLOCK: u64 = 1 << 16;
    static BLOCKS: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    let next = NEXT.get();
    let number = if next.is_multiple_of(BLOCK) { BLOCKS.fetch_add(1, Relaxed) * BLOCK } else { next };
    NEXT.set(number + 1);
    number
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Problem::new(Code::Internal)
                .with_reason("the route is not served through bff_core's inbound stack")
        })
    }
}

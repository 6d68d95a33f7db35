//! The first step: gives a request its id, its trace and its deadline, and tells where it comes from.

use std::{sync::Arc, time::Duration};

use axum::{extract::Request, response::Response};
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;
use tower::Layer;

use super::{Exchange, FrontDoor, Peer, REQUEST_ID, client_address};
use crate::{
    call::{Services, TIMEOUT_HEADER},
    config::TrustConfig,
    context::{Arrival, RequestContext},
    plan::Planner,
    rate_limit::Limiter,
    routes::RouteInfo,
    step::Step,
    telemetry::trace::Propagation,
};

/// The longest request id that is kept from a trusted proxy.
const MAX_REQUEST_ID: usize = 128;

#[derive(Clone)]
pub(super) struct ArriveLayer {
    services: Arc<Services>,
    limiter: Option<Limiter>,
    route: Arc<RouteInfo>,
    trust: TrustConfig,
    time: Duration,
    calls_percent: u8,
    planner: Option<Planner>,
    propagation: Propagation,
    whole_story: bool,
}

impl ArriveLayer {
    pub(super) fn new(door: &FrontDoor, route: &Arc<RouteInfo>) -> Self {
        let config = &door.shared.config;
        Self {
            services: Arc::clone(&door.services),
            limiter: door.limiter.clone(),
            route: Arc::clone(route),
            trust: config.trust.clone(),
            time: route.deadline.unwrap_or(config.screen.deadline),
            calls_percent: config.screen.calls_percent,
            planner: door.shared.planner.clone(),
            propagation: door.shared.telemetry.propagation,
            whole_story: door.shared.telemetry.wants_whole_story() || config.server_timing.enabled,
        }
    }
}

impl<S> Layer<S> for ArriveLayer {
    type Service = Arrive<S>;

    fn layer(&self, inner: S) -> Arrive<S> {
        Arrive { inner, settings: self.clone() }
    }
}

pub(super) struct Arrive<S> {
    inner: S,
    settings: ArriveLayer,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Request> for Arrive<S> {
    type Out = Response;

    async fn call(&self, request: Request) -> Response {
        let settings = &self.settings;
        let headers = request.headers();
        let peer = request.extensions().get::<Peer>().copied();
        let trusted =
            peer.is_some_and(|peer| !peer.undisclosed && settings.trust.is_proxy(peer.address.ip()));
        let client = peer.map(|peer| match peer.address.ip() {
            proxy if trusted => client_address::find(proxy, headers, &settings.trust),
            client => client.to_canonical(),
        });
        let request_id = trusted.then(|| given_id(headers)).flatten().unwrap_or_else(new_id);
        // A client may ask for less time, never for more. What is no number is refused by the head's limits.
        let asked = requested_time(headers).and_then(Result::ok);
        let context = RequestContext::new(Arrival {
            trace: settings.propagation.arrive(headers, trusted),
            request_id: request_id.clone(),
            route: Arc::clone(&settings.route),
            services: Arc::clone(&settings.services),
            limiter: settings.limiter.clone(),
            started: Instant::now(),
            peer: peer.map(|peer| peer.address),
            client,
            hurried: asked.is_some_and(|asked| asked < settings.time),
            time: asked.map_or(settings.time, |asked| asked.min(settings.time)),
            calls_percent: settings.calls_percent,
            planner: settings.planner.clone(),
            whole_story: settings.whole_story,
        });
        let mut response = self.inner.call(Box::new(Exchange { request, context })).await;
        response.headers_mut().insert(REQUEST_ID, request_id);
        response
    }
}

/// The one id that a trusted proxy gave, if it is short, visible ASCII.
fn given_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut given = headers.get_all(REQUEST_ID).iter();
    let (id, None) = (given.next()?, given.next()) else { return None };
    let usable =
        !id.is_empty() && id.len() <= MAX_REQUEST_ID && id.as_bytes().iter().all(u8::is_ascii_graphic);
    usable.then(|| id.clone())
}

/// UUIDv7 (RFC 9562): ids sort by time.
fn new_id() -> HeaderValue {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    uuid::Uuid::now_v7().hyphenated().encode_lower(&mut text);
    HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("unknown"))
}

/// What the client says of its own patience: `None` if nothing, an error if it is no whole number of milliseconds.
pub(super) fn requested_time(headers: &HeaderMap) -> Option<Result<Duration, ()>> {
    let mut values = headers.get_all(TIMEOUT_HEADER).iter();
    let (value, second) = (values.next()?, values.next());
    // Digits only: Rust would also take a plus sign.
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let millis =
        digits.and_then(|text| text.parse::<u64>().ok()).filter(|millis| *millis > 0 && second.is_none());
    Some(millis.map(Duration::from_millis).ok_or(()))
}

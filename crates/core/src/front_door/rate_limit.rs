//! How much whoever asks may ask for: charged before the body is read and before any call.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use tokio::time::Instant;
use tower::Layer;

use super::{Exchange, FrontDoor};
use crate::{
    context::RequestContext,
    problem::{Code, Problem},
    rate_limit::{
        Applied, Asks, Charges, Levels, Limiter, RATE_LIMIT, RATE_LIMIT_POLICY, RouteRules, Verdict,
        limit_field, seconds,
    },
    routes::RouteInfo,
    step::Step,
    telemetry::{
        metrics::route::{Decision, RouteMeter},
        story::{CallId, Event},
    },
};

/// Where requests wait for their turns, so many of those that come later go before whoever has used up a quota.
const FURTHEST: u32 = 64;

#[derive(Clone)]
pub(super) struct RateLimitLayer(Option<Meter>);

/// What counts the requests of one route.
#[derive(Clone)]
pub(super) struct Meter {
    limiter: Limiter,
    route: Option<Arc<RouteRules>>,
    decisions: Option<Arc<RouteMeter>>,
}

/// What an answer says of how much is left.
pub(super) struct Said {
    limit: Option<HeaderValue>,
    policies: [Option<HeaderValue>; 2],
}

impl RateLimitLayer {
    pub(super) fn new(door: &FrontDoor, route: &RouteInfo, decisions: Option<&Arc<RouteMeter>>) -> Self {
        Self(Meter::new(door, route, decisions))
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, inner: S) -> RateLimit<S> {
        RateLimit { inner, meter: self.0.clone() }
    }
}

pub(super) struct RateLimit<S> {
    inner: S,
    meter: Option<Meter>,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for RateLimit<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let Some(meter) = &self.meter else { return self.inner.call(exchange).await };
        let context = &exchange.context;
        let asks = context.identity().map_or(Asks::Address(context.client()), |caller| Asks::Caller(caller));
        let said = match meter.charge(context, asks).await {
            Ok(said) => said,
            Err(refusal) => return refusal,
        };
        let mut response = self.inner.call(exchange).await;
        if let Some(said) = said {
            said.say(response.headers_mut());
        }
        response
    }
}

impl Meter {
    pub(super) fn new(
        door: &FrontDoor,
        route: &RouteInfo,
        decisions: Option<&Arc<RouteMeter>>,
    ) -> Option<Self> {
        let limiter = door.limiter.clone()?;
        let route = limiter.limits.rules.route(&route.name());
        Some(Self { limiter, route, decisions: decisions.cloned() })
    }

    /// Charges a request: what to say of what is left, or the refusal.
    pub(super) async fn charge(
        &self,
        context: &RequestContext,
        asks: Asks<'_>,
    ) -> Result<Option<Said>, Response> {
        let limits = &self.limiter.limits;
        let applied = limits.rules.apply(self.route.as_deref(), asks);
        if applied.charges.is_empty() {
            return Ok(None);
        }
        let now = context.inner().started;
        let verdict = self.limiter.charge(&applied.charges, now).await;
        if let Some(decisions) = &self.decisions {
            decisions.decide(match &verdict {
                Verdict::Admitted(_) => Decision::Admitted,
                Verdict::Refused(_) => Decision::Refused,
                Verdict::Unknown => Decision::Unknown,
            });
        }
        match verdict {
            Verdict::Admitted(levels) => {
                // Nobody is refused for it, but who asks for more than others waits for them and not they for it.
                context.inner().work.set_handicap(applied.charges.used(&levels, FURTHEST));
                Ok(limits.says_always.then(|| Said::of(&applied, &levels)))
            }
            Verdict::Refused(levels) => {
                limits.refusals.note(&applied.charges, &levels, asks, now);
                tell(context, &applied.charges, &levels);
                Err(refused(&applied, &levels))
            }
            Verdict::Unknown => Err(unknown().into_response()),
        }
    }
}

impl Said {
    fn of(applied: &Applied<'_>, levels: &Levels) -> Self {
        let policies =
            [applied.of_caller.policy.clone(), applied.of_route.and_then(|own| own.policy.clone())];
        Self { limit: limit_field(&applied.charges, levels), policies }
    }

    fn say(self, headers: &mut HeaderMap) {
        for policy in self.policies.into_iter().flatten() {
            headers.append(RATE_LIMIT_POLICY, policy);
        }
        if let Some(limit) = self.limit {
            headers.insert(RATE_LIMIT, limit);
        }
    }
}

fn refused(applied: &Applied<'_>, levels: &Levels) -> Response {
    let violated = violated(&applied.charges, levels);
    let wait = seconds(levels.iter().map(|level| level.wait).max().unwrap_or_default()).max(1);
    let problem = Problem::new(Code::TooManyRequests)
        .with_detail(format!("nothing is left of the quota {}; wait {wait} s", violated.join(" and ")))
        .with_reason(format!("quota {}", violated.join(", ")))
        .with_member("violated-policies", violated)
        .with_header(header::RETRY_AFTER, HeaderValue::from(wait));
    let mut response = problem.into_response();
    Said::of(applied, levels).say(response.headers_mut());
    response
}

/// Tells of each quota that has nothing left, where anybody may ask.
fn tell(context: &RequestContext, charges: &Charges<'_>, levels: &Levels) {
    let story = context.story();
    if story.is_whole() {
        let now = Instant::now();
        for policy in violated(charges, levels) {
            story.event(CallId::NONE, Event::RateLimited { policy }, now);
        }
    }
}

/// The names of the quotas that have nothing left for this.
fn violated(charges: &Charges<'_>, levels: &Levels) -> Vec<String> {
    let violated = charges.iter().zip(levels).filter(|(_, level)| level.wait > 0);
    violated.map(|(charge, _)| charge.quota.name.to_string()).collect()
}

fn unknown() -> Problem {
    Problem::new(Code::Overloaded)
        .with_detail("how much is left can't be known at the moment")
        .with_reason("Redis is away, and the route counts nothing without it")
        .with_header(header::RETRY_AFTER, HeaderValue::from(1))
}

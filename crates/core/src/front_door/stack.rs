//! THE inbound page: what every request meets, outermost first, whatever its route.
//!
//! Connections have their own deadlines before this page ([`super::connection`]); [`Inbound`] is the same list as a type.

use std::sync::Arc;

use tower::ServiceBuilder;

use super::{
    FrontDoor,
    admission::{AdmissionLayer, Admitted},
    arrive::{Arrive, ArriveLayer},
    authenticate::{Authenticate, AuthenticateLayer},
    authorize::{Authorize, AuthorizeLayer},
    body::{BodyLimit, BodyLimitLayer},
    catch_panic::{CatchPanic, CatchPanicLayer},
    cors::{AllowOrigin, AllowOriginLayer},
    deadline::{Deadline, DeadlineLayer},
    finish::{Finish, FinishLayer},
    head::{HeadLimit, HeadLimitLayer},
    rate_limit::{RateLimit, RateLimitLayer},
    render::{Render, RenderLayer},
    server_timing::{ServerTiming, ServerTimingLayer},
};
use crate::{
    routes::{Endpoint, RouteInfo},
    screen::{Resolve, ResolveLayer},
};

pub(super) type Inbound = Arrive<
    Finish<
        AllowOrigin<
            ServerTiming<
                Render<
                    Admitted<
                        CatchPanic<
                            HeadLimit<
                                Deadline<Authenticate<RateLimit<Authorize<BodyLimit<Resolve<Endpoint>>>>>>,
                            >,
                        >,
                    >,
                >,
            >,
        >,
    >,
>;

pub(super) fn inbound(door: &FrontDoor, route: &Arc<RouteInfo>, endpoint: Endpoint) -> Inbound {
    let shared = &door.shared;
    let meter = shared.telemetry.metrics.as_ref().map(|metrics| metrics.route(route));
    let meter = meter.as_ref();
    ServiceBuilder::new()
        // Request id, trace and deadline first: every line and answer below carries them.
        .layer(ArriveLayer::new(door, route))
        // What became of it is told once, of a request whose client went away too, so above all that can end one.
        .layer(FinishLayer::new(shared, meter))
        // Pages of other origins ask first, without a credential, and may read errors too.
        .layer(AllowOriginLayer::new(shared))
        // What each section took, of a screen that failed too, so above what renders that.
        .layer(ServerTimingLayer::new(&shared.config))
        // Every error becomes problem+json with the request id, other people's errors too.
        .layer(RenderLayer)
        // What is too much is refused here: with its id, its line and a problem, and before all that costs.
        .layer(AdmissionLayer::new(door, route))
        // A panic below becomes an error like any other, so right below what renders errors.
        .layer(CatchPanicLayer)
        // What the head may weigh and contain; headers that are ours alone end here.
        .layer(HeadLimitLayer::new(&shared.config.limits))
        // All that takes time is below: reading the body, composing, plain handlers.
        .layer(DeadlineLayer)
        // Who asks: before the body is read and before any call.
        .layer(AuthenticateLayer::new(door, route, meter))
        // As often as they may: once we know who it is, and before anything is done for them.
        .layer(RateLimitLayer::new(door, route, meter))
        // Whether the route lets them.
        .layer(AuthorizeLayer::new(route))
        // A body of bounded size in bounded time, once we know that we want it.
        .layer(BodyLimitLayer::new(&shared.config))
        // The fan-out of the screen that the handler returns.
        .layer(ResolveLayer)
        .service(endpoint)
}

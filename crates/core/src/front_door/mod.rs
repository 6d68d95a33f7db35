//! The inbound side: connections with deadlines, and what every request meets before its screen.
//!
//! [`stack`] is the page to read: the steps in their one order. [`listener`] accepts, [`connection`] serves with deadlines,
//! [`worker`] is one thread with a runtime and connection pools of its own.

mod activity;
pub(crate) mod admin;
pub(crate) mod admission;
mod arrive;
mod authenticate;
mod authorize;
mod body;
mod catch_panic;
mod client_address;
mod connection;
pub(crate) mod cors;
mod deadline;
mod finish;
mod front;
mod head;
pub(crate) mod heartbeat;
pub(crate) mod listener;
mod phase;
mod protocol;
mod proxy_protocol;
mod rate_limit;
mod render;
mod scrape;
pub(crate) mod server;
mod server_timing;
pub mod stack;
mod worker;

#[cfg(any(fuzzing, test))]
pub(crate) use head::check as check_head;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{extract::Request, response::Response};
use http::HeaderName;

use self::stack::Inbound;
use crate::{
    auth::Authenticator,
    call::{BoxFuture, Services},
    config::Config,
    context::RequestContext,
    plan::Planner,
    rate_limit::{Limiter, RateLimits},
    routes::{Endpoint, RouteInfo},
    step::Step as _,
    telemetry::Telemetry,
};

pub(crate) use body::BodyFault;

/// The id of a request: ours, whatever a client sends, unless it comes through a trusted proxy.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// It passes on what somebody says whom it does not name, so nothing that is said here is its own word.
    pub(crate) undisclosed: bool,
}

/// A request on its way in, and what is known of it. It travels boxed: an async function holds what it passes on twice.
pub(crate) struct Exchange {
    pub(crate) request: Request,
    pub(crate) context: RequestContext,
}

/// What all requests share, whichever worker they run on.
pub(crate) struct Shared {
    /// Of the BFF.
    pub(crate) name: &'static str,
    pub(crate) config: Config,
    pub(crate) authenticator: Authenticator,
    pub(crate) limits: Option<Arc<RateLimits>>,
    pub(crate) telemetry: Telemetry,
    pub(crate) planner: Option<Planner>,
    /// `None` where no page of another origin may read replies.
    pub(crate) cors: Option<cors::Cors>,
}

#[cfg(test)]
impl Shared {
    /// What requests of a unit test share: no limits, and nobody who is told of them.
    pub(crate) fn for_test(config: Config, authenticator: Authenticator) -> Arc<Self> {
        let telemetry = Telemetry::for_test(&config);
        Arc::new(Self {
            name: "test",
            config,
            authenticator,
            limits: None,
            telemetry,
            planner: None,
            cors: None,
        })
    }
}

/// The inbound side of one worker.
pub(crate) struct FrontDoor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) services: Arc<Services>,
    pub(crate) limiter: Option<Limiter>,
    /// `None` if it admits all.
    pub(crate) admission: Option<Arc<admission::Worker>>,
}

impl FrontDoor {
    /// One route behind the inbound stack.
    pub(crate) fn serve(&self, route: &Arc<RouteInfo>, endpoint: Endpoint) -> RouteService {
        RouteService(Arc::new(stack::inbound(self, route, endpoint)))
    }
}

/// A route as axum's router wants it: a tower service, cheap to clone.
#[derive(Clone)]
pub(crate) struct RouteService(Arc<Inbound>);

impl tower::Service<Request> for RouteService {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let stack = Arc::clone(&self.0);
        Box::pin(async move { Ok(stack.call(request).await) })
    }
}

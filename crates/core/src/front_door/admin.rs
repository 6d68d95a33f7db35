//! The listener that only operators reach: `/live` and `/ready`, which no failing service makes fail, `/metrics`, for
//! Prometheus, `/limits`, which says who is being limited, `/log`, where one says what is written down, and `/jwks.json`, the
//! public keys by which services can tell that it was us who called, where there are any.
//! `/ready` says no in a drain and in overload that lasts.

mod limits;
mod log;
mod metrics;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    routing::get,
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{Shared, admission::Admission, connection, phase::Phase, scrape::Scrape};
use crate::config::ServerConfig;

/// Probes and people; nothing that needs more.
const MAX_CONNECTIONS: usize = 64;

/// For five minutes a service need not ask again: much less than between two steps of a change of keys.
const KEYS_ARE_FRESH: &str = "max-age=300";

/// Serves the admin routes until the process has drained.
pub(super) async fn serve(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    phase: watch::Receiver<Phase>,
    workers_live: impl Fn() -> bool + Clone + Send + Sync + 'static,
    shared: Arc<Shared>,
    admission: Arc<Admission>,
    scrape: Scrape,
) {
    // Its own connections are not drained with the others: they tell of the drain.
    let (_open, open) = watch::channel(Phase::Serving);
    let mut router = Router::new()
        .route("/live", get(async move || verdict(workers_live(), "live", "a worker has ended")))
        .route("/ready", {
            let admission = Arc::clone(&admission);
            get(async move || ready(*phase.borrow(), &admission))
        });
    let jwks = shared.config.sender.keys.jwks();
    router = router.route("/log", log::router(&shared));
    router = router.route("/limits", get(async move || limits::answer(&shared, &admission)));
    if scrape.shared.telemetry.metrics.is_some() {
        let scrape = Arc::new(scrape);
        let answer = async move |headers: HeaderMap| metrics::answer(&scrape, &headers);
        router = router.route("/metrics", get(answer));
    }
    if let Some(jwks) = jwks {
        // RFC 7517, section 8.5.
        let kind =
            [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, KEYS_ARE_FRESH)];
        router = router.route("/jwks.json", get(async move || (kind, jwks)));
    }
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        while connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        let (router, config, open) = (router.clone(), Arc::clone(&config), open.clone());
        connections.spawn(connection::serve(stream, peer, None, router, config, open));
        while connections.try_join_next().is_some() {}
    }
}

fn ready(phase: Phase, admission: &Admission) -> (StatusCode, &'static str) {
    match phase {
        Phase::Serving => verdict(admission.is_ready(), "ready", "overloaded"),
        _ => verdict(false, "", "draining"),
    }
}

fn verdict(good: bool, yes: &'static str, no: &'static str) -> (StatusCode, &'static str) {
    if good { (StatusCode::OK, yes) } else { (StatusCode::SERVICE_UNAVAILABLE, no) }
}

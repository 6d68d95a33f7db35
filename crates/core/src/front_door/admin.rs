//! The listener that only operators reach: `/live` and `/ready`, which no failing service makes fail, `/status`, which says how every
//! service does, `/metrics`, for Prometheus, `/limits`, which says who is being limited, `/log`, where one says what is written
//! down, and `/jwks.json`, the public keys by which services can tell that it was us who called, where there are any.

mod limits;
mod live;
mod log;
mod metrics;
mod ready;
mod status;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, header},
    routing::get,
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{Shared, admission::Admission, connection, heartbeat::Heartbeats, phase::Phase, scrape::Scrape};
use crate::call::SharedService;

pub use status::{IssuerView, LifeView, Status};

/// Probes and people; nothing that needs more.
const MAX_CONNECTIONS: usize = 64;

/// For five minutes a service need not ask again: much less than between two steps of a change of keys.
const KEYS_ARE_FRESH: &str = "max-age=300";

/// What operators are told of.
#[derive(Clone)]
pub(super) struct Process {
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) shared: Arc<Shared>,
    pub(super) services: Vec<Arc<SharedService>>,
    pub(super) admission: Arc<Admission>,
    pub(super) heartbeats: Arc<Heartbeats>,
}

impl Process {
    /// Whether a load balancer had better send requests here.
    pub(super) fn is_ready(&self) -> bool {
        ready::reasons(self).is_empty()
    }
}

/// Serves the admin routes until the process has drained.
pub(super) async fn serve(listener: TcpListener, process: Process, scrape: Scrape) {
    let Process { shared, admission, heartbeats, .. } = process.clone();
    let config = Arc::new(shared.config.server.clone());
    // Its own connections are not drained with the others: they tell of the drain.
    let (_open, open) = watch::channel(Phase::Serving);
    let mut router = Router::new()
        .route("/live", get(async move || live::answer(&heartbeats)))
        .route("/ready", {
            let process = process.clone();
            get(async move || ready::answer(&process))
        })
        .route("/status", get(async move |headers: HeaderMap| status::answer(&process, &headers)));
    let jwks = shared.config.sender.keys.jwks();
    router = router.route("/log", log::router(&shared));
    router = router.route("/limits", get(async move || limits::answer(&shared, &admission)));
    if scrape.is_on() {
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

/// One line for people.
fn words<T: ToString>(reasons: impl IntoIterator<Item = T>) -> String {
    let reasons: Vec<_> = reasons.into_iter().map(|reason| reason.to_string()).collect();
    reasons.join("; ")
}

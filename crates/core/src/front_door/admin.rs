//! The listener that only operators reach: `/live` and `/ready`. A failing service makes neither of them fail.

use std::sync::Arc;

use axum::{Router, http::StatusCode, routing::get};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{connection, phase::Phase};
use crate::config::ServerConfig;

/// Probes and people; nothing that needs more.
const MAX_CONNECTIONS: usize = 64;

/// Serves the admin routes until the process has drained.
pub(super) async fn serve(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    phase: watch::Receiver<Phase>,
    workers_live: impl Fn() -> bool + Clone + Send + Sync + 'static,
) {
    // Its own connections are not drained with the others: they tell of the drain.
    let (_open, open) = watch::channel(Phase::Serving);
    let router = Router::new()
        .route("/live", get(async move || verdict(workers_live(), "live", "a worker has ended")))
        .route("/ready", get(async move || verdict(*phase.borrow() == Phase::Serving, "ready", "draining")));
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        while connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        connections.spawn(connection::serve(stream, peer, router.clone(), Arc::clone(&config), open.clone()));
        while connections.try_join_next().is_some() {}
    }
}

fn verdict(good: bool, yes: &'static str, no: &'static str) -> (StatusCode, &'static str) {
    if good { (StatusCode::OK, yes) } else { (StatusCode::SERVICE_UNAVAILABLE, no) }
}

//! A worker: one thread, one current-thread runtime, its own router and its own connections to services.
//!
//! Connections of hyper, reqwest and tonic belong to the runtime that opened them, so nothing of a request crosses threads
//! but what is meant to be shared.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc as std_mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use axum::Router;
use tokio::{
    net::TcpStream,
    runtime::{self, RuntimeMetrics},
    sync::{OwnedSemaphorePermit, mpsc, watch},
    task::JoinSet,
};

use super::{
    FrontDoor, Shared,
    admission::Admission,
    connection,
    heartbeat::{Heartbeats, Pulse},
    phase::Phase,
    proxy_protocol::ProxyProtocol,
    scrape::Watched,
};
use crate::{
    call::{Services, SharedService},
    rate_limit::Limiter,
    routes::Routes,
};

/// Tasks that may run before sockets are looked at again: a refusal must not wait behind as many long lists that are decoded as
/// tokio would let run, which is 61.
const TASKS_BETWEEN_LOOKS: u32 = 8;

/// A connection on its way to a worker. Its place among the open ones goes with it.
pub(super) struct Handoff {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) place: OwnedSemaphorePermit,
}

/// The acceptor's end of a worker.
pub(super) struct WorkerHandle {
    open: Arc<AtomicUsize>,
    /// Connections that it was ever given.
    accepted: Arc<AtomicU64>,
    connections: mpsc::UnboundedSender<Handoff>,
}

impl WorkerHandle {
    pub(super) fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// What a scrape reads of it.
    pub(super) fn watched(&self, runtime: RuntimeMetrics) -> Watched {
        Watched { runtime, open: Arc::clone(&self.open), accepted: Arc::clone(&self.accepted) }
    }

    /// Whether its thread is gone, by a panic for example; `/live` says so too.
    pub(super) fn has_ended(&self) -> bool {
        self.connections.is_closed()
    }

    /// Unbounded, yet bounded by the cap on connections: each holds a place.
    pub(super) fn hand_over(&self, handoff: Handoff) {
        self.open.fetch_add(1, Relaxed);
        self.accepted.fetch_add(1, Relaxed);
        if self.connections.send(handoff).is_err() {
            self.open.fetch_sub(1, Relaxed);
            tracing::error!("a worker has ended; its connection is dropped");
        }
    }
}

/// A worker that takes connections.
pub(super) struct Started {
    pub(super) handle: WorkerHandle,
    pub(super) thread: JoinHandle<()>,
    pub(super) metrics: RuntimeMetrics,
}

/// What every worker is made from.
#[derive(Clone)]
pub(super) struct Blueprint {
    pub(super) shared: Arc<Shared>,
    pub(super) admission: Arc<Admission>,
    pub(super) services: Vec<Arc<SharedService>>,
    pub(super) routes: Routes,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) heartbeats: Arc<Heartbeats>,
}

/// Starts a worker. Returns once it can take connections, or with what is wrong.
pub(super) fn start(number: usize, blueprint: Blueprint) -> Result<Started, String> {
    let (connections, incoming) = mpsc::unbounded_channel();
    let open = Arc::new(AtomicUsize::new(0));
    let handle = WorkerHandle { open: Arc::clone(&open), accepted: Arc::default(), connections };
    let (report, started) = std_mpsc::channel();
    let thread = std::thread::Builder::new()
        .name(format!("worker-{number}"))
        .spawn(move || {
            let heartbeats = Arc::clone(&blueprint.heartbeats);
            let _pulse = Pulse { heartbeats, number, phase: blueprint.phase.clone() };
            let builder = runtime::Builder::new_current_thread()
                .event_interval(TASKS_BETWEEN_LOOKS)
                .enable_all()
                .build();
            let runtime = match builder {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _ = report.send(Err(format!("no runtime: {error}")));
                    return;
                }
            };
            runtime.block_on(async {
                match open_router(number, &blueprint) {
                    Ok(router) => {
                        let _ = report.send(Ok(runtime.metrics()));
                        let _probe = probe(number, &blueprint);
                        run(router, incoming, &open, blueprint).await;
                    }
                    Err(error) => _ = report.send(Err(error)),
                }
            });
        })
        .map_err(|error| format!("no thread for a worker: {error}"))?;
    let metrics = started.recv().unwrap_or_else(|_| Err("a worker ended before it began".to_owned()))?;
    Ok(Started { handle, thread, metrics })
}

/// The router of this worker. Must run on its runtime, since pools belong to it.
fn open_router(number: usize, blueprint: &Blueprint) -> Result<Router, String> {
    let services = Arc::new(Services::open(&blueprint.services).map_err(|error| error.to_string())?);
    let admission = blueprint.admission.worker(number);
    let shared = Arc::clone(&blueprint.shared);
    let limiter = shared.limits.clone().map(Limiter::open);
    let door = FrontDoor { shared, services, limiter, admission };
    Ok(blueprint.routes.router(&door))
}

/// Shows that this worker lives and feels how busy it is, until it is dropped.
fn probe(number: usize, Blueprint { admission, heartbeats, .. }: &Blueprint) -> JoinSet<()> {
    let mut probe = JoinSet::new();
    let heartbeats = Arc::clone(heartbeats);
    probe.spawn(async move { heartbeats.beat(number).await });
    if admission.worker(number).is_some() {
        probe.spawn(Arc::clone(admission).watch(number));
        probe.spawn(Arc::clone(admission).give_out_turns(number));
    }
    probe
}

/// Serves what the acceptor hands over, until it has stopped and the last connection is done.
async fn run(
    router: Router,
    mut incoming: mpsc::UnboundedReceiver<Handoff>,
    open: &Arc<AtomicUsize>,
    blueprint: Blueprint,
) {
    let config = Arc::new(blueprint.shared.config.server.clone());
    let header = ProxyProtocol::new(&blueprint.shared.config);
    let mut connections = JoinSet::new();
    while let Some(Handoff { stream, peer, place }) = incoming.recv().await {
        let guard = Open { open: Arc::clone(open), _place: place };
        let Ok(stream) = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream)) else {
            continue;
        };
        let (router, config, phase) = (router.clone(), Arc::clone(&config), blueprint.phase.clone());
        let header = header.clone();
        connections.spawn(async move {
            let _guard = guard;
            connection::serve(stream, peer, header, router, config, phase).await;
        });
        while connections.try_join_next().is_some() {}
    }
    let drained = async { while connections.join_next().await.is_some() {} };
    let patience: Duration = blueprint.shared.config.drain.timeout;
    #[expect(clippy::disallowed_methods, reason = "the drain has a deadline of its own")]
    if tokio::time::timeout(patience, drained).await.is_err() {
        tracing::warn!("requests were still in flight when the drain timeout passed");
    }
}

/// One open connection: gives its place back when dropped.
struct Open {
    open: Arc<AtomicUsize>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Relaxed);
    }
}

//! A BFF that runs: its threads, its two listeners, and how it leaves.
//!
//! It leaves in this order: not ready, a moment for load balancers to notice, no more connections, GOAWAY and
//! `Connection: close` on the open ones, requests in flight to their end, and then nothing is left.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    thread::JoinHandle,
};

use tokio::{runtime::RuntimeMetrics, sync::watch, time::Instant};

use super::{
    Shared,
    admin::Process,
    admission::{Admission, AdmissionView},
    front::Front,
    heartbeat::Heartbeats,
    phase::Phase,
    scrape::Scrape,
    worker::{self, Blueprint, Started},
};
use crate::{
    call::{HedgeCounters, ServiceCounters, ServiceView, SharedService},
    config::DrainConfig,
    routes::Routes,
    telemetry::traces::{Exporter, SpanCounts, Traces},
};

/// A BFF that runs. Dropping it drains it without the notice.
pub struct Running {
    address: SocketAddr,
    admin: SocketAddr,
    drain: DrainConfig,
    phase: watch::Sender<Phase>,
    workers: Vec<JoinHandle<()>>,
    metrics: Vec<RuntimeMetrics>,
    front: Option<JoinHandle<()>>,
    services: Vec<Arc<SharedService>>,
    admission: Arc<Admission>,
    shared: Arc<Shared>,
    /// Last, so that what all others have told is exported.
    exporter: Option<Exporter>,
}

/// Why a BFF did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerError {
    #[error("{key} = {address}: {source}{}", advice(source))]
    Listen { key: &'static str, address: SocketAddr, source: io::Error },
    #[error("{0}")]
    Worker(String),
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => " (another program has this port: stop it, or set another address)",
        io::ErrorKind::PermissionDenied => " (ports below 1024 need a privilege)",
        _ => "",
    }
}

pub(crate) fn start(
    shared: Shared,
    services: Vec<Arc<SharedService>>,
    routes: Routes,
) -> Result<Running, ServerError> {
    let config = &shared.config;
    let (public, address) = bind("server.listen", config.server.listen)?;
    let (admin_listener, admin) = bind("admin.listen", config.admin.listen)?;
    let workers = match config.server.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let drain = config.drain.clone();
    let (phase, phases) = watch::channel(Phase::Serving);
    let heartbeats = Arc::new(Heartbeats::new(workers, config.health.stuck_after));
    let admission = Arc::new(Admission::new(&config.admission, workers));
    let shared = Arc::new(shared);
    let exporter = shared.telemetry.traces.as_ref().map(Traces::start).transpose();
    let exporter = exporter.map_err(ServerError::Worker)?;
    let blueprint = Blueprint {
        shared: Arc::clone(&shared),
        admission: Arc::clone(&admission),
        services: services.clone(),
        routes,
        phase: phases.clone(),
        heartbeats: Arc::clone(&heartbeats),
    };
    let (mut handles, mut threads, mut metrics) = (Vec::new(), Vec::new(), Vec::new());
    let mut watched = Vec::new();
    for number in 0..workers {
        let started = worker::start(number, blueprint.clone()).map_err(ServerError::Worker)?;
        let Started { handle, thread, metrics: of_worker } = started;
        watched.push(handle.watched(of_worker.clone()));
        handles.push(handle);
        threads.push(thread);
        metrics.push(of_worker);
    }
    let process = Process {
        phase: phases.clone(),
        shared: Arc::clone(&shared),
        services: services.clone(),
        admission: Arc::clone(&admission),
        heartbeats: Arc::clone(&heartbeats),
    };
    let scrape = Scrape::of(&process, watched);
    let front = Front { public, admin: admin_listener, workers: handles, process, scrape };
    let front = Some(front.start().map_err(ServerError::Worker)?);
    let workers = threads;
    Ok(Running {
        address,
        admin,
        drain,
        phase,
        workers,
        metrics,
        front,
        services,
        admission,
        shared,
        exporter,
    })
}

fn bind(key: &'static str, address: SocketAddr) -> Result<(StdListener, SocketAddr), ServerError> {
    let bind = || {
        let listener = StdListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bind().map_err(|source| ServerError::Listen { key, address, source })
}

impl Running {
    /// Where clients reach it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators reach it.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// What became of the calls on a service, over all workers.
    pub fn calls(&self, service: &str) -> Option<Arc<ServiceCounters>> {
        self.services.iter().find(|known| known.name == service).map(|known| Arc::clone(&known.counters))
    }

    /// The second attempts that a service's slow calls got.
    pub fn hedges(&self, service: &str) -> Option<&HedgeCounters> {
        self.services.iter().find(|known| known.name == service).map(|known| known.latencies.hedges())
    }

    /// What operators see of each service.
    pub fn services(&self) -> Vec<ServiceView> {
        let now = Instant::now();
        self.services.iter().map(|service| service.view(now)).collect()
    }

    /// What is admitted and what is refused.
    pub fn admission(&self) -> AdmissionView {
        self.admission.view()
    }

    /// What became of the spans of traces that are kept. `None` where they go nowhere.
    pub fn spans(&self) -> Option<SpanCounts> {
        self.shared.telemetry.traces.as_ref().map(Traces::counts)
    }

    /// Tasks that are alive on all workers: open connections, to clients and to services. What a leak would add to.
    pub fn alive_tasks(&self) -> usize {
        self.metrics.iter().map(RuntimeMetrics::num_alive_tasks).sum()
    }

    /// Leaves in order and returns when nothing is left.
    pub fn drain(mut self) {
        self.phase.send_replace(Phase::NotReady);
        std::thread::sleep(self.drain.notice);
        self.leave();
    }

    fn leave(&mut self) {
        self.phase.send_replace(Phase::Draining);
        for worker in self.workers.drain(..) {
            if worker.join().is_err() {
                tracing::error!("a worker had panicked");
            }
        }
        self.phase.send_replace(Phase::Gone);
        if self.front.take().is_some_and(|front| front.join().is_err()) {
            tracing::error!("the thread that accepts had panicked");
        }
        self.exporter = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.leave();
    }
}

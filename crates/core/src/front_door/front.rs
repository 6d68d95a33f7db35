//! The front thread: it accepts connections, serves operators, and follows all that changes beside the requests, such as the
//! addresses of services and the keys of issuers.

use std::{net::TcpListener as StdListener, sync::Arc, thread::JoinHandle, time::Duration};

use tokio::{net::TcpListener, runtime};

use super::{
    admin::{self, Process},
    listener,
    phase::Phase,
    scrape::Scrape,
    worker::WorkerHandle,
};
use crate::call::{SharedService, follow_health};

/// How long the first look-up of names may hold up the first request.
const FIRST_RESOLUTION: Duration = Duration::from_secs(1);

/// What the front thread works with.
pub(super) struct Front {
    /// What clients reach.
    pub(super) public: StdListener,
    /// What operators reach.
    pub(super) admin: StdListener,
    pub(super) workers: Vec<WorkerHandle>,
    pub(super) process: Process,
    pub(super) scrape: Scrape,
}

impl Front {
    /// Starts it. It ends when the last request is done.
    pub(super) fn start(self) -> Result<JoinHandle<()>, String> {
        let thread = std::thread::Builder::new().name("front".to_owned()).spawn(move || {
            let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(self.run());
            // A look-up that hangs in the system must not hold up the end.
            runtime.shutdown_background();
        });
        thread.map_err(|error| format!("no thread to accept on: {error}"))
    }

    async fn run(self) {
        let Self { public, admin, workers, process, scrape } = self;
        let (Ok(public), Ok(admin)) = (TcpListener::from_std(public), TcpListener::from_std(admin)) else {
            return;
        };
        // Neither names nor keys need the other.
        futures::future::join(find(&process.services), process.shared.authenticator.load()).await;
        follow(&process);
        let max_connections = process.shared.config.server.max_connections;
        let (phase, mut until_gone) = (process.phase.clone(), process.phase.clone());
        beside(admin::serve(admin, process, scrape));
        listener::accept(public, workers, max_connections, phase).await;
        // Operators are answered until the last request is done.
        let _ = until_gone.wait_for(|phase| *phase == Phase::Gone).await;
    }
}

/// Follows all that changes beside the requests, until the end.
fn follow(process: &Process) {
    let Process { shared, services, admission, .. } = process;
    for service in services.iter().filter(|service| service.config.health.is_some()) {
        beside(follow_health(Arc::clone(service)));
    }
    // What other instances say of kept answers: one cache for all services.
    if let Some(kept) = services.first().map(|service| Arc::clone(&service.kept)) {
        beside(kept.follow());
    }
    beside(shared.authenticator.follow());
    if let Some(limits) = &shared.limits {
        beside(Arc::clone(limits).sweep());
    }
    beside(Arc::clone(admission).follow());
}

/// Looks the services' names up, before the first request and then again and again. A resolver that is slow delays the start
/// by a moment only.
async fn find(services: &[Arc<SharedService>]) {
    let named: Vec<_> = services.iter().filter(|service| service.endpoints.has_names()).collect();
    let first = futures::future::join_all(named.iter().map(|service| service.endpoints.resolve()));
    #[expect(clippy::disallowed_methods, reason = "requests can wait for names no longer than this")]
    let _ = tokio::time::timeout(FIRST_RESOLUTION, first).await;
    for service in named {
        let endpoints = Arc::clone(&service.endpoints);
        beside(async move { endpoints.follow().await });
    }
}

/// Goes on beside the acceptor, until the end.
fn beside(task: impl Future<Output: Send> + Send + 'static) {
    #[expect(clippy::disallowed_methods, reason = "no request has begun it, so none could end it")]
    tokio::spawn(task);
}

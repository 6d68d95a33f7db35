//! The five services behind the BFFs, mocked from `fixtures/`: users, notifications and reports over HTTP, orders
//! and invoices over gRPC.
//!
//! They answer on loopback ports like the real ones, misbehave on demand ([`Mode`], [`Fault`](crate::Fault)), say of keeping
//! their answers what they are told to ([`MockServices::says`]) and remember what they saw ([`Seen`]). A test starts its own set; the demo starts one on fixed ports and switches modes while it runs.
//!
//! ```no_run
//! # async fn example() {
//! use bff_testkit::mocks::{MockServices, Mode};
//!
//! let services = MockServices::start().await;
//! services.set("orders", Mode::Hang);
//! services.next("users.get", [Mode::Fail(503)]); // once, then as before
//! // ... ask a BFF whose config points at `services.url("orders")` ...
//! assert_eq!(services.count("users.get"), 2, "the first attempt failed, so there was a second");
//! # }
//! ```
//!
//! What it is not: a model of the services' own rules. It knows its fixtures and nothing else.

mod contract;
mod control;
mod fixtures;
mod grpc;
mod gzip_bomb;
mod health;
mod http;
mod invoices;
pub(crate) mod mode;
mod nonsense;
mod operation;
mod orders;
mod ports;
mod said;
mod script;
mod seen;
mod senders;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use bff_services::rpc::{
    invoices_v1::invoices_server::InvoicesServer, orders_v1::orders_server::OrdersServer,
};
use wiremock::MockServer;

pub use self::{
    control::SetError,
    fixtures::{FixtureError, Fixtures},
    health::Health,
    mode::{InvalidMode, Mode},
    nonsense::Nonsense,
    operation::{OPERATIONS, SERVICES, UnknownTarget},
    ports::Ports,
    seen::{Seen, max_in_flight, overlap},
};
use self::{
    grpc::GrpcServer, health::Healths, operation::Target, said::Said, script::Script, seen::Log,
    senders::Senders,
};
use crate::faults::{Canary, Gates};

/// The most that a service may be asked for at once.
const BATCH: usize = 100;

/// All five services, until this is dropped.
pub struct MockServices {
    shared: Arc<Shared>,
    /// Before the servers, so that callers are gone when those stop.
    gates: Gates,
    _http: [MockServer; 3],
    _grpc: [GrpcServer; 2],
}

/// What every service reads and writes.
struct Shared {
    fixtures: Arc<Fixtures>,
    script: Script,
    said: Said,
    senders: Senders,
    healths: Healths,
    log: Log,
    canary: Canary,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP with JSON.
    Http,
    /// gRPC without TLS.
    Grpc,
}

impl Protocol {
    fn of(service: &str) -> Self {
        if matches!(service, "orders" | "invoices") { Self::Grpc } else { Self::Http }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Http => "http",
            Self::Grpc => "grpc",
        })
    }
}

/// Why the services did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The fixtures can't be read.
    #[error(transparent)]
    Fixtures(#[from] FixtureError),
    /// Someone else listens there.
    #[error("the mocked {service} service can't listen on 127.0.0.1:{port}: {source}")]
    Port {
        /// Which service wanted the port.
        service: &'static str,
        /// The port, 0 for any.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// No ports are left, or no threads.
    #[error("the mocked services can't start: {0}")]
    System(#[from] std::io::Error),
}

impl MockServices {
    /// Starts all services on free ports. Panics with the reason if that fails: a test can't go on without them.
    pub async fn start() -> Self {
        Self::start_on(Ports::default()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts all services on the given ports of the loopback address.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the fixtures can't be read or a port is taken. Then none of the services runs.
    pub async fn start_on(ports: Ports) -> Result<Self, StartError> {
        let shared = Arc::new(Shared {
            fixtures: Fixtures::shared()?,
            script: Script::default(),
            said: Said::default(),
            senders: Senders::default(),
            healths: Healths::default(),
            log: Log::default(),
            canary: Canary::new()?,
        });
        // Every port before the first server, so that a taken one leaves nothing behind.
        let gates = ports.bind()?;
        let own = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let http = [
            http::start("users", own()?, &shared).await,
            http::start("notifications", own()?, &shared).await,
            http::start("reports", own()?, &shared).await,
        ];
        let orders_mock = OrdersServer::new(orders::OrdersMock::new(Arc::clone(&shared.fixtures)));
        let invoices_mock = InvoicesServer::new(invoices::InvoicesMock::new(Arc::clone(&shared.fixtures)));
        let grpc = [
            GrpcServer::start("orders", own()?, orders_mock, &shared),
            GrpcServer::start("invoices", own()?, invoices_mock, &shared),
        ];
        let behind =
            http.iter().map(MockServer::address).copied().chain(grpc.iter().map(GrpcServer::address));
        let behind = behind.zip(SERVICES.map(Protocol::of));
        let gates = Gates::start(gates.into_iter().zip(behind).collect())?;
        Ok(Self { shared, gates, _http: http, _grpc: grpc })
    }

    /// Name, protocol and address of each service.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Protocol, String)> {
        let service =
            |(number, name)| (name, Protocol::of(name), format!("http://{}", self.gates.address(number)));
        SERVICES.into_iter().enumerate().map(service)
    }

    /// Address of a service, such as `http://127.0.0.1:4001`. Panics if there is no such service.
    pub fn url(&self, service: &str) -> String {
        self.iter()
            .find_map(|(name, _, url)| (name == service).then_some(url))
            .unwrap_or_else(|| panic!("no service `{service}`; there are {}", SERVICES.join(", ")))
    }

    /// What the services answer from.
    pub fn fixtures(&self) -> &Fixtures {
        &self.shared.fixtures
    }

    /// The calls that reached `target` (a service or an operation), in order of arrival: the last 10,000 of all
    /// services. Panics if there is no such target.
    pub fn seen(&self, target: &str) -> Vec<Seen> {
        let target = known(target);
        self.shared.log.matching(|seen| target.covers(seen.service, seen.operation))
    }

    /// The calls that reached any service, in order of arrival.
    pub fn all_seen(&self) -> Vec<Seen> {
        self.shared.log.matching(|_| true)
    }

    /// How many calls reached `target`.
    pub fn count(&self, target: &str) -> usize {
        let target = known(target);
        self.shared.log.count(|seen| target.covers(seen.service, seen.operation))
    }

    /// Forgets what was seen.
    pub fn clear(&self) {
        self.shared.log.clear();
    }
}

fn known(target: &str) -> Target {
    target.parse().unwrap_or_else(|error| panic!("{error}"))
}

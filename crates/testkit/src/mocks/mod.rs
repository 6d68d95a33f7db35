//! The five services behind the BFFs, mocked from `fixtures/`: users, notifications and reports over HTTP, orders
//! and invoices over gRPC.
//!
//! They answer on loopback ports like the real ones, misbehave on demand ([`Mode`]) and remember what they saw
//! ([`Seen`]). A test starts its own set; the demo starts one on fixed ports and switches modes while it runs.
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
mod fixtures;
mod grpc;
mod gzip_bomb;
mod http;
mod invoices;
mod mode;
mod nonsense;
mod operation;
mod orders;
mod ports;
mod script;
mod seen;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use bff_services::rpc::{
    invoices_v1::invoices_server::InvoicesServer, orders_v1::orders_server::OrdersServer,
};
use wiremock::MockServer;

pub use self::{
    fixtures::{FixtureError, Fixtures},
    mode::{InvalidMode, Mode},
    nonsense::Nonsense,
    operation::{OPERATIONS, SERVICES, UnknownTarget},
    ports::Ports,
    seen::{Seen, max_in_flight, overlap},
};
use self::{grpc::GrpcServer, operation::Target, script::Script, seen::Log};

/// All five services, until this is dropped.
pub struct MockServices {
    shared: Arc<Shared>,
    http: [(&'static str, MockServer); 3],
    grpc: [(&'static str, GrpcServer); 2],
}

/// What every service reads and writes.
struct Shared {
    fixtures: Arc<Fixtures>,
    script: Script,
    log: Log,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP with JSON.
    Http,
    /// gRPC without TLS.
    Grpc,
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
            log: Log::default(),
        });
        // Every port before the first server, so that a taken one leaves nothing behind.
        let [users, notifications, reports, orders, invoices] = ports.bind()?;
        let http = [
            ("users", http::start("users", users, &shared).await),
            ("notifications", http::start("notifications", notifications, &shared).await),
            ("reports", http::start("reports", reports, &shared).await),
        ];
        let orders_mock = OrdersServer::new(orders::OrdersMock::new(Arc::clone(&shared.fixtures)));
        let invoices_mock = InvoicesServer::new(invoices::InvoicesMock::new(Arc::clone(&shared.fixtures)));
        let grpc = [
            ("orders", GrpcServer::start("orders", orders, orders_mock, &shared)),
            ("invoices", GrpcServer::start("invoices", invoices, invoices_mock, &shared)),
        ];
        Ok(Self { shared, http, grpc })
    }

    /// Name, protocol and address of each service.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Protocol, String)> {
        let http = self.http.iter().map(|(name, server)| (*name, Protocol::Http, server.uri()));
        let grpc = self.grpc.iter().map(|(name, server)| (*name, Protocol::Grpc, server.url()));
        http.chain(grpc)
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

    /// From now on, `target` (a service or one of its operations) behaves like this. The last word counts: a mode of
    /// a service replaces those of its operations. Panics if there is no such target.
    pub fn set(&self, target: &str, mode: Mode) {
        self.try_set(target, mode).unwrap_or_else(|error| panic!("{error}"));
    }

    /// As [`set`](Self::set), for targets that someone typed.
    ///
    /// # Errors
    ///
    /// [`UnknownTarget`], which lists the known ones.
    pub fn try_set(&self, target: &str, mode: Mode) -> Result<(), UnknownTarget> {
        self.shared.script.set(target.parse()?, mode);
        Ok(())
    }

    /// The next calls of `target` behave like this, one after another; then the mode that was [`set`](Self::set)
    /// holds again. For a service, each of its operations gets the list. Panics if there is no such target.
    pub fn next(&self, target: &str, modes: impl IntoIterator<Item = Mode>) {
        self.shared.script.next(known(target), modes);
    }

    /// The mode that holds for each operation.
    pub fn modes(&self) -> Vec<(&'static str, Mode)> {
        self.shared.script.modes()
    }

    /// All modes back to [`Mode::Ok`].
    pub fn reset(&self) {
        self.shared.script.reset();
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

//! One run: three scripted services, and a BFF of its own that is set as the row says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bff_bench::meter::Meter;
use bff_bench::process::{self, Probe, Program, Running};
use bff_faults::callers::{AUDIENCE, Callers, ISSUER, SECRET};
use bff_faults::plan::Plan;
use bff_faults::ports;
use bff_faults::settings::{Settings, never_refused};
use serde::Deserialize;

use crate::behaviour::Behaviour;
use crate::load::Connection;
use crate::service::Service;

/// How long a service takes that is well.
pub(crate) const WELL: Duration = Duration::from_millis(5);

/// Nothing opens it.
pub(crate) const NO_BREAKER: [(&str, &str); 2] =
    [("services.c.breaker.consecutive_failures", "1000000"), ("services.c.breaker.minimum_calls", "1000000")];

/// No call ever waits for a place.
pub(crate) const NO_BULKHEAD: [(&str, &str); 2] =
    [("services.c.bulkhead.limit", "1000000"), ("services.c.bulkhead.adaptive", "false")];

/// As retries are often written: so many, and that is all.
pub(crate) const NAIVE_RETRIES: [(&str, &str); 3] = [
    ("services.c.retry.attempts", "3"),
    ("services.c.retry.budget_percent", "100"),
    ("services.c.retry.reserve_per_second", "1000000"),
];

/// What `/gauges` says.
#[derive(Deserialize)]
pub(crate) struct Gauges {
    /// Tasks that are alive on the BFF's workers.
    pub(crate) tasks: usize,
    /// Calls in flight on each service.
    pub(crate) in_flight: [u64; 3],
}

/// The services and the BFF of one run; they end when this is dropped.
pub(crate) struct Lab {
    pub(crate) a: Service,
    pub(crate) b: Service,
    pub(crate) c: Service,
    pub(crate) address: SocketAddr,
    pub(crate) meter: Meter,
    pub(crate) callers: Arc<Callers>,
    bff: Running,
}

/// The BFF as a program, with nothing set.
pub(crate) fn program(address: SocketAddr) -> Program {
    let ready = Probe::Answers(address, "/gauges");
    let (package, binary) = ("bff-faults", "bff-faults-screen");
    Program { package, binary, file: None, profile: None, arguments: Vec::new(), env: Vec::new(), ready }
}

impl Lab {
    /// Says that a run begins, and starts the services and the BFF of it.
    pub(crate) async fn begin(plan: &Plan, row: &str, run: &str, settings: &Settings) -> Result<Self> {
        Self::begin_of(plan, row, run, settings, 1).await
    }

    /// The same with `c` at so many addresses.
    pub(crate) async fn begin_of(
        plan: &Plan,
        row: &str,
        run: &str,
        settings: &Settings,
        endpoints_of_c: usize,
    ) -> Result<Self> {
        plan.say(row, run, settings);
        Self::start(settings, endpoints_of_c).await
    }

    /// Starts all of it, with `c` at so many addresses.
    async fn start(settings: &Settings, endpoints_of_c: usize) -> Result<Self> {
        let service = |endpoints| Service::start(endpoints, Behaviour::Answer(WELL));
        let (a, b, c) = (service(1)?, service(1)?, service(endpoints_of_c)?);
        let address = ports::free_address()?;
        let mut program = program(address);
        let own = [
            ("server.listen", address.to_string()),
            ("admin.listen", "127.0.0.1:0".to_owned()),
            ("auth.issuers.faults.issuer", ISSUER.to_owned()),
            ("auth.issuers.faults.audience", AUDIENCE.to_owned()),
            ("auth.issuers.faults.algorithm", "HS256".to_owned()),
            ("auth.issuers.faults.secret", SECRET.to_owned()),
            ("services.a.url", a.url()),
            ("services.b.url", b.url()),
            ("services.c.url", c.url()),
        ];
        program.env = settings.above(own.into_iter().chain([never_refused()]));
        let bff = Running::start(&program).await?;
        let (meter, callers) = (Meter::new(bff.id()), Arc::new(Callers::new(address)));
        Ok(Self { a, b, c, address, meter, callers, bff })
    }

    /// A connection of a caller who has not asked before.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        Connection::open(self.callers.next()?).await
    }

    pub(crate) async fn gauges(&self) -> Result<Gauges> {
        let text = process::get(self.address, "/gauges").await.map_err(|error| self.blame(&error))?;
        serde_json::from_str(&text).with_context(|| format!("/gauges said {text}"))
    }

    /// Descriptors that the BFF's process has open.
    pub(crate) fn descriptors(&self) -> Result<usize> {
        let folder = format!("/proc/{}/fd", self.bff.id());
        Ok(std::fs::read_dir(&folder).context("descriptors can only be counted on Linux")?.count())
    }

    /// The error together with what the BFF said last.
    pub(crate) fn blame(&self, error: &anyhow::Error) -> anyhow::Error {
        anyhow!("{error:#}; the BFF's stderr ends with {:?}", self.bff.last_words().trim_end())
    }
}

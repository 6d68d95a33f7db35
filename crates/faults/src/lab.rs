//! One run: three scripted services, and a BFF of its own that is set as the row says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bff_bench::meter::Meter;
use bff_bench::process::{self, Probe, Program, Running};
use serde::Deserialize;

use crate::behaviour::Behaviour;
use crate::callers::{AUDIENCE, Callers, ISSUER, SECRET};
use crate::load::Connection;
use crate::service::{self, Service};

/// How long a service takes that is well.
pub(crate) const WELL: Duration = Duration::from_millis(5);

/// Configuration keys with their values, beside those that every run has.
#[derive(Clone, Default)]
pub(crate) struct Settings(Vec<(&'static str, &'static str)>);

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

impl Settings {
    /// The environment of a BFF that is started with these keys above its own.
    pub(crate) fn above(
        &self,
        own: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Vec<(String, String)> {
        let set = self.0.iter().map(|(key, value)| (*key, (*value).to_owned()));
        own.into_iter().chain(set).map(|(key, value)| (variable(key), value)).collect()
    }

    pub(crate) fn with(mut self, keys: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        self.0.extend(keys);
        self
    }

    /// As they are printed.
    pub(crate) fn text(&self) -> String {
        let keys: Vec<_> = self.0.iter().map(|(key, value)| format!("{key}={value}")).collect();
        if keys.is_empty() { "defaults".to_owned() } else { keys.join(" ") }
    }
}

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
    /// Starts all of it, with `c` at so many addresses.
    pub(crate) async fn start(settings: &Settings, endpoints_of_c: usize) -> Result<Self> {
        let service = |endpoints| Service::start(endpoints, Behaviour::Answer(WELL));
        let (a, b, c) = (service(1)?, service(1)?, service(endpoints_of_c)?);
        let address = service::free_address()?;
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
        program.env = settings.above(own);
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

/// `BFF_SERVICES__C__URL` for `services.c.url`.
fn variable(key: &str) -> String {
    format!("BFF_{}", key.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_becomes_the_variable_that_sets_it() {
        assert_eq!(variable("services.c.breaker.open_for"), "BFF_SERVICES__C__BREAKER__OPEN_FOR");
    }

    #[test]
    fn settings_are_printed_as_keys() {
        assert_eq!(Settings::default().text(), "defaults");
        let settings = Settings::default().with([("server.workers", "2")]).with([("screen.deadline", "10m")]);
        assert_eq!(settings.text(), "server.workers=2 screen.deadline=10m");
    }
}

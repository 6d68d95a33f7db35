//! One run: three services, and as many processes of the BFF as the row says, each set in the same way.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use bff_bench::meter::Meter;
use bff_bench::process::{Probe, Program, Running};
use bff_faults::callers::{AUDIENCE, Caller, Callers, ISSUER, SECRET};
use bff_faults::plan::Plan;
use bff_faults::ports;
use bff_faults::settings::Settings;

use crate::load::Ask;
use crate::service::Service;

/// The services and the processes of a run; they end when this is dropped.
pub(crate) struct House {
    _services: [Service; 3],
    addresses: Vec<SocketAddr>,
    processes: Vec<Running>,
    callers: Callers,
}

/// The BFF as a program, with nothing set.
pub(crate) fn program(address: SocketAddr) -> Program {
    let ready = Probe::Answers(address, "/open");
    let (package, binary) = ("bff-overload", "bff-overload-screen");
    Program { package, binary, file: None, profile: None, arguments: Vec::new(), env: Vec::new(), ready }
}

impl House {
    /// Says that a run begins, and starts all of it.
    pub(crate) async fn begin(
        plan: &Plan,
        row: &str,
        run: &str,
        settings: &Settings,
        processes: usize,
    ) -> Result<Self> {
        plan.say(row, run, settings);
        let services = [Service::start()?, Service::start()?, Service::start()?];
        let (mut addresses, mut running) = (Vec::new(), Vec::new());
        for _ in 0..processes {
            let address = ports::free_address()?;
            let mut program = program(address);
            let own = [
                ("server.listen", address.to_string()),
                ("admin.listen", "127.0.0.1:0".to_owned()),
                ("auth.issuers.overload.issuer", ISSUER.to_owned()),
                ("auth.issuers.overload.audience", AUDIENCE.to_owned()),
                ("auth.issuers.overload.algorithm", "HS256".to_owned()),
                ("auth.issuers.overload.secret", SECRET.to_owned()),
                ("services.a.url", services[0].url()),
                ("services.b.url", services[1].url()),
                ("services.c.url", services[2].url()),
            ];
            program.env = settings.above(own);
            running.push(Running::start(&program).await?);
            addresses.push(address);
        }
        let callers = Callers::new(addresses[0]);
        Ok(Self { _services: services, addresses, processes: running, callers })
    }

    /// Where the processes listen.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The process of the first.
    pub(crate) fn id(&self) -> u32 {
        self.processes[0].id()
    }

    /// Watches the first.
    pub(crate) fn meter(&self) -> Meter {
        Meter::new(self.id())
    }

    /// A GET of one who has not asked before, to each of the processes.
    pub(crate) fn one_caller(&self, path: &str) -> Result<Vec<Ask>> {
        let caller = self.callers.next()?;
        let ask = |(process, address): (usize, &SocketAddr)| {
            let caller = Caller { address: *address, token: caller.token.clone() };
            Ask { process, request: Arc::from(caller.request(path, "")) }
        };
        Ok(self.addresses.iter().enumerate().map(ask).collect())
    }

    /// GETs of so many who have not asked before, each to another process than the one before.
    pub(crate) fn callers(&self, count: usize, path: &str) -> Result<Vec<Ask>> {
        let each = |number: usize| {
            let mut asks = self.one_caller(path)?;
            Ok(asks.swap_remove(number % self.addresses.len()))
        };
        (0..count).map(each).collect()
    }

    /// The error together with what the processes said last.
    pub(crate) fn blame(&self, error: &Error) -> Error {
        let words = self.processes.iter().map(Running::last_words);
        let words: Vec<_> =
            words.map(|words| words.trim_end().to_owned()).filter(|words| !words.is_empty()).collect();
        anyhow!("{error:#}; the BFF's stderr ends with {words:?}")
    }
}

//! The house: five mocked services and the three BFFs on top of them, in this process. The demo runs one, smoke several.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bff_core::{Running, bff::Bff, config::Sources, telemetry::sink::Sink};
use bff_testkit::{
    KeysFile, MockServices, keys,
    mocks::{self, SERVICES},
    token::{self, Token},
};
use clap::ValueEnum;

use crate::ports::Ports;

/// The tokens of a demo that was left open over night still work.
const TOKEN_LIFE: u64 = 24 * 60 * 60;

/// The account of partner tokens that name none.
pub const ACCOUNT: &str = "acme";

/// Whose API key the demo makes.
const CLIENT: &str = "acme-books";

/// One of the three BFFs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Rich screens.
    Web,
    /// Small flat screens.
    Mobile,
    /// A versioned contract.
    Partner,
}

impl Which {
    /// All, in the order of their ports.
    pub const ALL: [Self; 3] = [Self::Web, Self::Mobile, Self::Partner];

    /// The BFF, before its configuration.
    pub fn bff(self) -> Bff {
        match self {
            Self::Web => bff_web::bff(),
            Self::Mobile => bff_mobile::bff(),
            Self::Partner => bff_partner::bff(),
        }
    }

    /// Its word on the command line and in titles.
    pub fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Mobile => "mobile",
            Self::Partner => "partner",
        }
    }
}

/// A token of `user` for this BFF; a partner's names an account, [`ACCOUNT`] if none is given.
pub fn token(which: Which, user: &str, account: Option<&str>) -> Token {
    let token = Token::of(user, which.bff().name()).claim("exp", token::now() + TOKEN_LIFE);
    match account.or((which == Which::Partner).then_some(ACCOUNT)) {
        Some(account) => token.claim("account", account),
        None => token,
    }
}

/// Why nothing runs.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One line for each port that can't be had.
    #[error("{0}")]
    Ports(String),
    /// The fixtures, or a port that was taken a moment ago.
    #[error(transparent)]
    Services(#[from] mocks::StartError),
    /// The configuration, or a port that was taken a moment ago.
    #[error(transparent)]
    Bff(#[from] bff_core::bff::StartError),
    /// The filter of events.
    #[error("{0}")]
    Log(String),
    /// No listener, runtime or signal handler.
    #[error("{what}: {source}")]
    System { what: &'static str, source: io::Error },
    /// The drill's own: Prometheus, or a route without an answer.
    #[error("{0}")]
    Drill(String),
}

impl StartError {
    /// What the system refused, and its own words.
    pub fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

/// Where the BFFs are: of each, in the order of [`Which::ALL`], the listener for clients and that for operators.
#[derive(Debug, Clone, Copy)]
pub struct Addresses([(SocketAddr, SocketAddr); 3]);

impl Addresses {
    /// Where clients reach a BFF.
    pub fn url(&self, which: Which) -> String {
        format!("http://{}", self.0[which as usize].0)
    }

    /// Where operators reach a BFF.
    pub fn admin_url(&self, which: Which) -> String {
        format!("http://{}", self.0[which as usize].1)
    }

    /// All listeners.
    pub fn iter(&self) -> impl Iterator<Item = SocketAddr> {
        self.0.into_iter().flat_map(|(clients, operators)| [clients, operators])
    }
}

/// Whether a service that keeps failing gets a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakers {
    /// As the BFFs are.
    On,
    /// Never: for many screens at once that all look at one failure.
    Off,
}

/// All that runs.
pub struct House {
    pub services: Arc<MockServices>,
    pub addresses: Addresses,
    /// A key of the account [`ACCOUNT`] for the partner BFF, good for a day.
    pub key: String,
    keys: KeysFile,
    bffs: [(Which, Running); 3],
}

impl House {
    /// Starts everything or nothing. `log` takes the lines of requests.
    pub async fn start(ports: &Ports, log: Option<&Sink>, breakers: Breakers) -> Result<Self, StartError> {
        Self::start_with(ports, log, breakers, &[]).await
    }

    /// The same, with further settings of the web BFF.
    pub async fn start_with(
        ports: &Ports,
        log: Option<&Sink>,
        breakers: Breakers,
        of_web: &[(&str, String)],
    ) -> Result<Self, StartError> {
        let services = Arc::new(MockServices::start_on(ports.services()).await?);
        let keys = KeysFile::new();
        let key = keys.add(keys::partner(CLIENT, ACCOUNT));
        let start = |which: Which| -> Result<_, StartError> {
            let sources = sources(which, ports, Some((&services, breakers)));
            let sources = match which {
                Which::Partner => {
                    sources.with_override("auth.api_keys.file", keys.path().display().to_string())
                }
                Which::Web => of_web
                    .iter()
                    .fold(sources, |sources, (key, value)| sources.with_override(*key, value.clone())),
                Which::Mobile => sources,
            };
            Ok((which, which.bff().start(&sources, log.cloned())?))
        };
        let [web, mobile, partner] = Which::ALL;
        let bffs = [start(web)?, start(mobile)?, start(partner)?];
        let addresses = bffs.each_ref().map(|(_, running)| (running.address(), running.admin_address()));
        Ok(Self { services, addresses: Addresses(addresses), key, keys, bffs })
    }

    /// Drains all BFFs at once and says how long each took. The services outlive them, for requests in flight.
    pub async fn drain(self) -> Vec<(Which, Duration)> {
        let Self { services, bffs, keys, .. } = self;
        let drains = bffs.map(|(which, running)| {
            tokio::task::spawn_blocking(move || {
                let began = Instant::now();
                running.drain();
                (which, began.elapsed())
            })
        });
        let mut drained = Vec::new();
        for drain in drains {
            drained.push(drain.await.expect("a drain does not panic"));
        }
        drop((services, keys));
        drained
    }
}

/// A BFF's own configuration with the demo's addresses and issuer. Not the environment: one `BFF_SERVER__LISTEN` would
/// be meant for one of them and hit all three.
pub fn sources(which: Which, ports: &Ports, services: Option<(&MockServices, Breakers)>) -> Sources {
    let bff = which.bff();
    let (listen, admin) = ports.of(which);
    let settings = [
        ("server.listen", format!("127.0.0.1:{listen}")),
        ("admin.listen", format!("127.0.0.1:{admin}")),
        // Three BFFs and five services share one machine.
        ("server.workers", "2".to_owned()),
        ("drain.notice", "0s".to_owned()),
        ("log.format", "pretty".to_owned()),
        // For the network panel of a browser's tools.
        ("server_timing.enabled", "true".to_owned()),
        ("auth.issuers.demo.issuer", token::ISSUER.to_owned()),
        ("auth.issuers.demo.audience", bff.name().to_owned()),
        ("auth.issuers.demo.algorithm", "HS256".to_owned()),
        ("auth.issuers.demo.secret", token::SECRET.to_owned()),
    ];
    let sources = bff.builtin_config();
    let sources =
        settings.into_iter().fold(sources, |sources, (key, value)| sources.with_override(key, value));
    let sources = match which {
        Which::Web => sources.with_override("cors.origins", format!("{:?}", ports.origins())),
        Which::Mobile | Which::Partner => sources,
    };
    let Some((services, breakers)) = services else { return sources };
    let used = SERVICES.into_iter().filter(|service| bff.uses(service));
    used.fold(sources, |sources, service| {
        let sources = sources.with_override(format!("services.{service}.url"), services.url(service));
        match breakers {
            Breakers::On => sources,
            Breakers::Off => {
                ["consecutive_failures", "minimum_calls"].iter().fold(sources, |sources, name| {
                    sources.with_override(format!("services.{service}.breaker.{name}"), "1000000")
                })
            }
        }
    })
}

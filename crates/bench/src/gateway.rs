//! The gateways that are measured. To add one: write a function that returns a [`Gateway`], and list it in [`all`].

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Result;
use bff_bench::process::{Probe, Program};
use bff_bench::settings::{NEVER_REFUSED, Service, Settings};
use bff_bench::token::Signer;
use bff_bench::{SCREEN_PATH, replies};
use jsonwebtoken::EncodingKey;
use rcgen::{KeyPair, PKCS_RSA_SHA256};

use crate::check::{Answer, Calls};

/// Measured whenever it is there.
pub(crate) const EARLIER: char = 'z';

/// The replies of our services, as the overview has them.
const OVERVIEW: Answer = Answer::Exact(&[
    ("profile", replies::PROFILE),
    ("orders", replies::ORDERS),
    ("notifications", replies::NOTIFICATIONS),
]);

/// A gateway, how to start it and what to expect of it.
pub(crate) struct Gateway {
    /// What `--only` calls it.
    pub(crate) key: char,
    pub(crate) name: &'static str,
    /// What it is, for the legend.
    pub(crate) about: &'static str,
    pub(crate) program: Program,
    /// Services of its own, started before it: ours speak HTTP/1.1 only.
    pub(crate) before: Vec<Program>,
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) answer: Answer,
    pub(crate) calls: Calls,
    /// Who asks, with another role on every connection; without one, every connection is another user.
    pub(crate) user: Option<&'static str>,
    /// What their tokens are signed with.
    pub(crate) signer: Signer,
}

/// An address for a gateway that can't be chosen, since what it needs is not there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The gateway that needs a Redis.
pub(crate) const SHARED: char = 'l';

/// The gateways that need a collector of traces.
pub(crate) const TRACED: [char; 2] = ['t', 'w'];

/// What `--only` is when nobody says.
pub(crate) const ROWS: &str = "a,b,c,d,e,f,g,l,n,o,m,j,t,w,keys";

/// What some gateways need, by its address; without it they can't be chosen.
#[derive(Default)]
pub(crate) struct Beside {
    /// A Redis that nobody else uses.
    pub(crate) redis: Option<String>,
    /// A collector of traces that takes everything.
    pub(crate) collector: Option<String>,
}

/// All of them; `earlier` is the file of an earlier build of c, to be measured beside the present one.
pub(crate) fn all(services: &Settings, earlier: Option<&Path>, beside: &Beside) -> Result<Vec<Gateway>> {
    let mut all = vec![
        ours(
            'a',
            "floor",
            "hyper and its pooled client, a current-thread runtime per core, bodies joined unread, mimalloc",
            "bff-bench-floor",
            services,
        )?,
        ours(
            'b',
            "naive",
            "axum, reqwest, serde_json values, multi-threaded runtime, the system's allocator, cargo's own release profile",
            "bff-bench-naive",
            services,
        )?,
        ours(
            'c',
            "screen",
            "the same screen on bff-core with everything that is on by default, mimalloc",
            "bff-bench-screen",
            services,
        )?,
        web(services)?,
        kept(services)?,
    ];
    all.extend(rsa(services)?);
    all.extend(limits(services, beside)?);
    all.extend(told(services, beside)?);
    if let Some(file) = earlier {
        let about = "c as an earlier commit had it";
        let mut gateway = ours(EARLIER, "earlier", about, "bff-bench-screen", services)?;
        gateway.program.file = Some(file.to_owned());
        all.push(gateway);
    }
    Ok(all)
}

/// A gateway of this crate: it reads the variables of [`Settings`] and joins the replies of our services.
pub(crate) fn ours(
    key: char,
    name: &'static str,
    about: &'static str,
    binary: &'static str,
    services: &Settings,
) -> Result<Gateway> {
    let address = free_address()?;
    let env = Settings { listen: address, ..services.clone() }.to_env();
    let ready = Probe::Connects(address);
    // As a developer's own workspace builds it, without what this one sets for its releases.
    let profile = (key == 'b').then_some("naive");
    let program =
        Program { package: "bff-bench", binary, file: None, profile, arguments: Vec::new(), env, ready };
    let (path, answer, calls) = (SCREEN_PATH, OVERVIEW, Calls::PerReply(3));
    Ok(Gateway {
        key,
        name,
        about,
        program,
        before: Vec::new(),
        address,
        path,
        answer,
        calls,
        user: None,
        signer: Signer::Secret,
    })
}

/// c where the services say that their replies are fresh for longer than any run: all of it comes from memory.
fn kept(services: &Settings) -> Result<Gateway> {
    let Settings { users, orders, notifications, .. } = services;
    let services = Settings {
        users: users.kept(),
        orders: orders.kept(),
        notifications: notifications.kept(),
        ..services.clone()
    };
    let about = "c where the services say max-age: every caller's replies are kept, and no call is made";
    let gateway = ours('e', "kept", about, "bff-bench-screen", &services)?;
    Ok(Gateway { calls: Calls::PerReply(0), ..gateway })
}

/// c where the issuer signs by RS256, as most do: with verified tokens remembered, and with each token verified once more
/// for each request.
fn rsa(services: &Settings) -> Result<[Gateway; 2]> {
    let pair = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    let signer = Signer::Rsa(EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())?);
    let remembering = Settings { public_key: Some(pair.public_key_pem()), ..services.clone() };
    let forgetful = Settings { token_cache: Some("0".to_owned()), ..remembering.clone() };
    let of = |key, name, about, services: &Settings| {
        let gateway = ours(key, name, about, "bff-bench-screen", services)?;
        anyhow::Ok(Gateway { signer: signer.clone(), ..gateway })
    };
    Ok([
        of('f', "rs256", "c where tokens are signed by RS256 and not by HS256", &remembering)?,
        of(
            'g',
            "verify",
            "f where no token is remembered: a signature is verified for each request",
            &forgetful,
        )?,
    ])
}

/// c with what its limits cost taken away, and with the most that they may cost.
fn limits(services: &Settings, beside: &Beside) -> Result<[Gateway; 2]> {
    let of = |key, name, about, keys: &[(&str, &str)]| {
        let mut settings = services.clone();
        settings.overrides.extend(keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        ours(key, name, about, "bff-bench-screen", &settings)
    };
    let off = [("rate_limits.enabled", "false"), ("admission.enabled", "false")];
    let shared = [
        ("rate_limits.shared", "true"),
        ("rate_limits.leases", "true"),
        ("redis.url", beside.redis.as_deref().unwrap_or(NOWHERE)),
    ];
    Ok([
        of(SHARED, "shared", "c where limits are shared through a Redis, with leases", &shared)?,
        of('n', "no limits", "c without rate limits and admission", &off)?,
    ])
}

/// c with nothing that tells of requests, with each of the things that do alone, and with all of them.
fn told(services: &Settings, beside: &Beside) -> Result<Vec<Gateway>> {
    let of = |key, name, about, told: &[Told]| {
        let mut settings = services.clone();
        for kind in Told::ALL {
            settings.overrides.extend(kind.keys(told.contains(&kind), beside));
        }
        ours(key, name, about, "bff-bench-screen", &settings)
    };
    Ok(vec![
        of('o', "untold", "c without metrics, lines and traces", &[])?,
        of('m', "metrics", "o with metrics", &[Told::Metrics])?,
        of('j', "json log", "o with a JSON line for each request", &[Told::Lines])?,
        of('t', "traces", "o with traces, of which 1 % are kept", &[Told::Traces])?,
        of('w', "all told", "o with metrics, JSON lines and traces together", &Told::ALL)?,
    ])
}

/// What tells of requests.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Metrics,
    Lines,
    Traces,
}

impl Told {
    const ALL: [Self; 3] = [Self::Metrics, Self::Lines, Self::Traces];

    /// How it is switched on and off.
    fn keys(self, on: bool, beside: &Beside) -> Vec<(String, String)> {
        let keys = match self {
            Self::Metrics => vec![("metrics.enabled", on.to_string())],
            // A line for each of them: by default most are left out under such a load.
            Self::Lines => vec![
                ("log.access", on.to_string()),
                ("log.format", "json".to_owned()),
                ("log.success_per_second", "1000000".to_owned()),
            ],
            Self::Traces if !on => Vec::new(),
            Self::Traces => {
                let collector = beside.collector.as_deref().unwrap_or(NOWHERE);
                vec![("traces.endpoint", collector.to_owned()), ("traces.ratio", "0.01".to_owned())]
            }
        };
        keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// The web BFF as it is, for information: its orders come by gRPC, and all its services are the demo's mocks.
fn web(services: &Settings) -> Result<Gateway> {
    let (address, admin) = (free_address()?, free_address()?);
    let mut mocks = Vec::new();
    let mut env = vec![
        ("BFF_SERVER__LISTEN".to_owned(), address.to_string()),
        ("BFF_ADMIN__LISTEN".to_owned(), admin.to_string()),
        ("BFF_AUTH__ISSUERS__BENCH__ISSUER".to_owned(), services.issuer.clone()),
        ("BFF_AUTH__ISSUERS__BENCH__AUDIENCE".to_owned(), services.audience.clone()),
        ("BFF_AUTH__ISSUERS__BENCH__ALGORITHM".to_owned(), "HS256".to_owned()),
        ("BFF_AUTH__ISSUERS__BENCH__SECRET".to_owned(), services.secret.clone()),
        ("BFF_RATE_LIMITS__CALLER".to_owned(), NEVER_REFUSED.1.to_owned()),
    ];
    let mut arguments = vec!["services".to_owned()];
    for service in ["users", "notifications", "reports", "orders", "invoices"] {
        let mock = free_address()?;
        arguments.extend([format!("--{service}-port"), mock.port().to_string()]);
        if service != "reports" {
            env.push((format!("BFF_SERVICES__{}__URL", service.to_uppercase()), format!("http://{mock}")));
        }
        mocks.push(mock);
    }
    let ready = Probe::Connects(mocks[4]); // the last one to listen
    let before = vec![Program {
        package: "bff-demo",
        binary: "bff-demo",
        file: None,
        profile: None,
        arguments,
        env: Vec::new(),
        ready,
    }];
    let ready = Probe::Answers(admin, "/ready");
    let program = Program {
        package: "bff-web",
        binary: "bff-web",
        file: None,
        profile: None,
        arguments: Vec::new(),
        env,
        ready,
    };
    Ok(Gateway {
        key: 'd',
        name: "web",
        about: "bff-web's overview, its orders over gRPC, on the demo's mocked services; other work than a, b and c",
        program,
        before,
        address,
        path: "/api/dashboard/overview",
        answer: Answer::Sections(&["profile", "orders", "notifications"]),
        calls: Calls::Uncounted,
        user: Some("alice"),
        signer: Signer::Secret,
    })
}

/// The services of a, b, c and e, and what their callers have to know. `listen` is each gateway's own to choose.
pub(crate) fn services() -> Result<(Settings, Program)> {
    let service = |path: &str| anyhow::Ok(Service { address: free_address()?, path: path.to_owned() });
    let settings = Settings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        secret: "a secret that guards nothing: everything here stays on loopback".to_owned(),
        issuer: "https://id.example".to_owned(),
        audience: "bff".to_owned(),
        users: service("/users/me")?,
        orders: service("/orders?limit=5")?,
        notifications: service("/notifications?unread=true")?,
        public_key: None,
        token_cache: None,
        cache: None,
        overrides: vec![(NEVER_REFUSED.0.to_owned(), NEVER_REFUSED.1.to_owned())],
    };
    let program = Program {
        package: "bff-bench",
        binary: "bff-bench-services",
        file: None,
        profile: None,
        arguments: Vec::new(),
        env: settings.to_env(),
        ready: Probe::Connects(settings.notifications.address), // the last one to listen
    };
    Ok((settings, program))
}

/// An address of loopback that nobody listens on.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

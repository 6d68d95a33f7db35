//! The gateways that are measured. To add one: write a function that returns a [`Gateway`], and list it in [`all`].

mod variants;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Result;
use bff_bench::process::{Probe, Program};
use bff_bench::settings::{NEVER_REFUSED, Service, Settings};
use bff_bench::token::Signer;
use bff_bench::{SCREEN_PATH, replies};

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
        variants::kept(services)?,
    ];
    all.extend(variants::rsa(services)?);
    all.extend(variants::limits(services, beside)?);
    all.extend(variants::told(services, beside)?);
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

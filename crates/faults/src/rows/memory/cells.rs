//! Every fault of the fault lab, at a service that speaks HTTP and at one that speaks gRPC: what it leaves in memory.

use anyhow::{Result, ensure};
use bff_bench::meter::Meter;
use bff_bench::process::{self, Probe, Program, Running};
use bff_faults::callers::Caller;
use bff_faults::plan::Plan;
use bff_faults::ports::free_address;
use bff_faults::settings::{Settings, never_refused};
use bff_faults::table::Line;
use bff_testkit::{Fault, MockServices, Mode, Nonsense, token};

use super::{GOAL, Highest, ROW, WARM_UP};
use crate::load::Connection;
use crate::replies::Outcome;

const SCREEN: &str = "/api/dashboard/overview";

/// Sections of that screen: by HTTP, and by gRPC.
const BROKEN: [&str; 2] = ["notifications", "orders"];

const REQUESTS: u32 = 3;

/// What hangs is given up soon, and every request reaches its service.
const KEYS: [(&str, &str); 6] = [
    ("services.notifications.timeout", "200ms"),
    ("services.notifications.breaker.consecutive_failures", "1000000"),
    ("services.notifications.breaker.minimum_calls", "1000000"),
    ("services.orders.timeout", "200ms"),
    ("services.orders.breaker.consecutive_failures", "1000000"),
    ("services.orders.breaker.minimum_calls", "1000000"),
];
const NO_CAP: [(&str, &str); 2] =
    [("services.notifications.max_reply", "1GiB"), ("services.orders.max_reply", "1GiB")];

pub(super) async fn run(plan: &Plan) -> Result<Line> {
    let capped = Settings::default().with(KEYS);
    let worst = worst(plan, "every fault, HTTP and gRPC", &capped).await?;
    let control = self::worst(plan, "the same, no cap", &capped.clone().with(NO_CAP)).await?;
    Ok(Line {
        row: ROW,
        what: format!("growth at its highest, the worst of {} cells of the fault lab", worst.cells),
        figure: format!("{:.2} MiB: {}", worst.grown, worst.name),
        goal: format!("at most {GOAL} MiB: 2 x the cap"),
        met: worst.grown <= GOAL,
        control: format!("{:.2} MiB: {}, max_reply 1 GiB", control.grown, control.name),
    })
}

/// The cell that took most.
struct Worst {
    cells: usize,
    grown: f64,
    name: String,
}

/// Asks the web BFF a few times in every cell, and waits in between until it is well again.
async fn worst(plan: &Plan, run: &str, settings: &Settings) -> Result<Worst> {
    plan.say(ROW, run, settings);
    let services = MockServices::start().await;
    let (address, admin) = (free_address()?, free_address()?);
    let program =
        bff(&services, settings, [address.to_string(), admin.to_string()], Probe::Answers(admin, "/ready"));
    process::build(&program)?;
    let bff = Running::start(&program).await?;
    let caller = Caller { address, token: token::Token::of("alice", "bff-web").sign() };
    let (meter, mut connection) = (Meter::new(bff.id()), Connection::open(caller).await?);
    for _ in 0..WARM_UP {
        connection.ask(SCREEN).await?;
    }
    let mut worst = Worst { cells: 0, grown: f64::MIN, name: String::new() };
    let faults = Fault::ALL.iter().copied().map(Mode::Fault);
    for mode in faults.chain(Nonsense::ALL.map(Mode::Nonsense)) {
        for service in BROKEN {
            // Not every fault exists in both protocols.
            if services.try_set(service, mode).is_err() {
                continue;
            }
            let before = meter.resident_mib()?;
            let highest = Highest::watch(meter);
            for _ in 0..REQUESTS {
                connection.ask(SCREEN).await?;
            }
            let grown = highest.end()? - before;
            worst.cells += 1;
            if grown > worst.grown {
                (worst.grown, worst.name) = (grown, format!("{mode} at {service}"));
            }
            services.reset();
            recover(&mut connection).await?;
        }
    }
    Ok(worst)
}

/// Until the screen is whole: the next cell begins with a BFF that is well.
async fn recover(connection: &mut Connection) -> Result<()> {
    for _ in 0..50 {
        if connection.ask(SCREEN).await? == Outcome::Whole {
            return Ok(());
        }
    }
    ensure!(false, "the screen is not whole after the fault has ended");
    Ok(())
}

/// The web BFF as a program, on these mocked services.
fn bff(services: &MockServices, settings: &Settings, listeners: [String; 2], ready: Probe) -> Program {
    let [server, admin] = listeners;
    let own = [
        ("server.listen", server),
        ("admin.listen", admin),
        ("auth.issuers.faults.issuer", token::ISSUER.to_owned()),
        ("auth.issuers.faults.audience", "bff-web".to_owned()),
        ("auth.issuers.faults.algorithm", "HS256".to_owned()),
        ("auth.issuers.faults.secret", token::SECRET.to_owned()),
        ("services.users.url", services.url("users")),
        ("services.notifications.url", services.url("notifications")),
        ("services.orders.url", services.url("orders")),
        ("services.invoices.url", services.url("invoices")),
    ];
    let env = settings.above(own.into_iter().chain([never_refused()]));
    let (package, binary) = ("bff-web", "bff-web");
    Program { package, binary, file: None, profile: None, arguments: Vec::new(), env, ready }
}

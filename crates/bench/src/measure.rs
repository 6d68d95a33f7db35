//! One round of one gateway: memory in a fresh process, then load in another one.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use bff_bench::meter::Meter;
use bff_bench::process::{self, Running};
use bff_bench::settings::Settings;
use bff_bench::token::{self, Caller};
use serde::Serialize;
use tokio::time::sleep;

use crate::gateway::Gateway;
use crate::load::{self, Target};
use crate::pace::pace;
use crate::sample::Sample;

/// Until pools are filled, claims cached and pages touched.
const WARM_UP: Duration = Duration::from_secs(1);

/// Until a gateway has finished what it does after a reply.
pub(crate) const SETTLING: Duration = Duration::from_millis(200);

/// What every gateway is measured with.
#[derive(Serialize)]
pub(crate) struct Plan {
    pub(crate) rounds: u32,
    /// Seconds of each measurement.
    pub(crate) seconds: u64,
    pub(crate) connections: usize,
    /// Who asks on them, in turn.
    pub(crate) callers: usize,
    /// Requests a second of the open loop.
    pub(crate) rate: u32,
}

/// What one round of one gateway gave.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) gateway: char,
    pub(crate) round: u32,
    pub(crate) saturation: Load,
    pub(crate) fixed_rate: Load,
    pub(crate) resident_mib: Resident,
    /// Calls that reached the services, per reply.
    pub(crate) calls_per_reply: f64,
}

#[derive(Serialize)]
pub(crate) struct Load {
    pub(crate) processor_us: f64,
    pub(crate) replies_per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

impl Load {
    fn of(sample: &Sample) -> Self {
        Self {
            processor_us: sample.processor_us(),
            replies_per_second: sample.replies_per_second(),
            p50_us: sample.percentile_us(50),
            p99_us: sample.percentile_us(99),
        }
    }
}

/// MiB after the start, and with so many idle connections.
#[derive(Serialize)]
pub(crate) struct Resident {
    pub(crate) idle: f64,
    pub(crate) with_1000: f64,
    pub(crate) with_5000: f64,
}

pub(crate) async fn measure(
    gateway: &Gateway,
    services: &Settings,
    plan: &Plan,
    round: u32,
) -> Result<Figures> {
    let resident_mib = resident(&Started::new(gateway, services, plan.callers).await?).await?;
    let started = Started::new(gateway, services, plan.callers).await?;
    let loaded = async {
        let (target, window) = (&started.target, Duration::from_secs(plan.seconds));
        // What a gateway may keep it has from here on.
        load::idle(target, &mut Vec::new(), plan.connections).await?;
        let before = answered(services).await?;
        let saturation = load::saturate(target, plan.connections, WARM_UP, window).await?;
        let fixed_rate = pace(target, plan.connections, plan.rate, window).await?;
        let (calls, replies) = (answered(services).await? - before, saturation.replies + fixed_rate.replies);
        gateway.calls.verify(calls, replies.into())?;
        let calls_per_reply = f64::from(u32::try_from(calls)?) / f64::from(replies);
        let (saturation, fixed_rate) = (Load::of(&saturation), Load::of(&fixed_rate));
        Ok(Figures { gateway: gateway.key, round, saturation, fixed_rate, resident_mib, calls_per_reply })
    };
    loaded.await.map_err(|error| started.blame(&error))
}

async fn resident(started: &Started) -> Result<Resident> {
    let with = async |open: &mut Vec<_>, count| {
        load::idle(&started.target, open, count).await.map_err(|error| started.blame(&error))?;
        sleep(SETTLING).await;
        started.target.meter.resident_mib()
    };
    let mut open = Vec::new();
    Ok(Resident {
        idle: with(&mut open, 0).await?,
        with_1000: with(&mut open, 1000).await?,
        with_5000: with(&mut open, 5000).await?,
    })
}

/// A gateway that is ready, with its own services if it has any.
pub(crate) struct Started {
    pub(crate) target: Arc<Target>,
    gateway: Running,
    _services: Vec<Running>,
}

impl Started {
    pub(crate) async fn new(gateway: &Gateway, services: &Settings, callers: usize) -> Result<Self> {
        let mut own = Vec::new();
        for program in &gateway.before {
            own.push(Running::start(program).await?);
        }
        let running = Running::start(&gateway.program).await?;
        let tokens = (0..callers).map(|caller| {
            let own = format!("usr_{caller:04}");
            let usual = Caller { user: &own, role: "beta" };
            token::sign(
                services,
                &gateway.signer,
                gateway.user.map_or(usual, |user| Caller { user, role: &own }),
            )
        });
        let target = Arc::new(Target {
            address: gateway.address,
            path: gateway.path,
            tokens: tokens.collect::<Result<_>>()?,
            answer: gateway.answer,
            meter: Meter::new(running.id()),
        });
        Ok(Self { target, gateway: running, _services: own })
    }

    /// The error together with what the gateway said about it.
    pub(crate) fn blame(&self, error: &Error) -> Error {
        match self.gateway.last_words().trim_end() {
            "" => anyhow!("{error:#}; it wrote nothing to stderr"),
            words => anyhow!("{error:#}; its stderr ends with\n{words}"),
        }
    }
}

/// How many replies the services have given so far, all of them together.
pub(crate) async fn answered(services: &Settings) -> Result<u64> {
    Ok(process::get(services.users.address, "/answered").await?.parse()?)
}

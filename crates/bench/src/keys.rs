//! What kept replies take: callers ask for more keys than there is room for, each key once.
//!
//! Each request is for another key, so each makes one call and brings one reply to keep. The control has room for all of
//! its keys: it shows that memory grows where nothing bounds it, and what a kept reply really takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bff_bench::settings::Settings;
use bff_bench::{KEYS_PATH, replies};
use bff_core::config::CacheConfig;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::check::{Answer, Calls};
use crate::gateway;
use crate::load::{self, Connection, Target};
use crate::measure::{SETTLING, Started, answered};

/// What `--only` calls it.
pub(crate) const ROW: &str = "keys";

/// What the process may take beside the replies that it keeps: the places of those that have made room, which are freed late.
const ALLOWANCE_MIB: f64 = 16.0;

/// Room for all keys of the control.
const NO_BOUND_MIB: u32 = 1024;

/// A connection each. No more than two workers let through where the machine is busy and calls take longer than usual
/// (`bulkhead.at_least`): a reply that was turned away would be none to keep.
const CALLERS: u32 = 8;

/// Every so many-th key is asked for once more, to see which replies were kept. Odd, so that all callers ask.
const AGAIN: u32 = 201;

const PATIENCE: Duration = Duration::from_mins(10);

/// With the default bound, and the control.
#[derive(Serialize)]
pub(crate) struct Keys {
    bounded: Run,
    control: Run,
}

#[derive(Serialize)]
struct Run {
    bound_mib: u32,
    keys: u32,
    keys_per_second: f64,
    resident_mib: Resident,
    /// Every [`AGAIN`]th key.
    asked_again: u32,
    /// Those of them that no call was made for.
    kept: u32,
}

#[derive(Serialize)]
struct Resident {
    before: f64,
    after: f64,
    highest: f64,
}

/// Asks for so many keys, and for a quarter of them with room for all.
pub(crate) async fn measure(services: &Settings, keys: u32) -> Result<Keys> {
    let bound = u32::try_from(CacheConfig::default().max_size >> 20)?;
    println!("{ROW}: {keys} keys, room for {bound} MiB");
    let bounded = Run::of(services, bound, keys).await?;
    println!("{ROW}: {} keys, room for all", keys / 4);
    let control = Run::of(services, NO_BOUND_MIB, keys / 4).await?;
    let Run { kept, asked_again, .. } = control;
    ensure!(kept == asked_again, "the control kept {kept} of {asked_again} replies");
    Ok(Keys { bounded, control })
}

impl Run {
    async fn of(services: &Settings, bound_mib: u32, keys: u32) -> Result<Self> {
        let of_run = Settings {
            notifications: services.notifications.kept(),
            cache: Some(format!("{bound_mib}MiB")),
            ..services.clone()
        };
        let gateway = gateway::ours('k', ROW, "", "bff-bench-screen", &of_run)?;
        let started = Started::new(&gateway, services, CALLERS as usize).await?;
        let run = async {
            // Pools are filled and tokens known before anything is measured.
            let (overview, second) = (&started.target, Duration::from_secs(1));
            load::saturate(overview, CALLERS as usize, second, second).await?;
            let answer = Answer::Exact(&[("notifications", replies::NOTIFICATIONS)]);
            let target = Arc::new(Target { answer, ..overview.as_ref().clone() });
            let (meter, calls, began) = (target.meter, answered(services).await?, Instant::now());
            let before = meter.resident_mib()?;
            ask(&target, keys, 1).await?;
            let (took, asked) = (began.elapsed(), answered(services).await?);
            Calls::PerReply(1).verify(asked - calls, keys.into())?;
            sleep(SETTLING).await;
            let (after, highest) = (meter.resident_mib()?, meter.highest_mib()?);
            ask(&target, keys, AGAIN).await?;
            let called = u32::try_from(answered(services).await? - asked)?;
            let asked_again = keys.div_ceil(AGAIN);
            Ok(Self {
                bound_mib,
                keys,
                keys_per_second: f64::from(keys) / took.as_secs_f64(),
                resident_mib: Resident { before, after, highest },
                asked_again,
                kept: asked_again.saturating_sub(called),
            })
        };
        run.await.map_err(|error| started.blame(&error))
    }

    /// By how much memory had grown at its highest.
    fn grown_mib(&self) -> f64 {
        self.resident_mib.highest - self.resident_mib.before
    }

    fn line(&self, verdict: &str) -> String {
        let Self {
            bound_mib,
            keys,
            resident_mib: Resident { before, after, highest },
            asked_again,
            kept,
            ..
        } = self;
        let (grown, rate) = (self.grown_mib(), self.keys_per_second);
        format!(
            "  {bound_mib:>4} MiB  {keys:>9}  {before:>6.1}  {after:>6.1}  {highest:>7.1}  {grown:>6.1}  {kept:>4} of {asked_again:>4}  {rate:>6.0}  {verdict}"
        )
    }
}

impl Keys {
    pub(crate) fn is_met(&self) -> bool {
        self.bounded.grown_mib() <= self.most_mib()
    }

    fn most_mib(&self) -> f64 {
        f64::from(self.bounded.bound_mib) + ALLOWANCE_MIB
    }

    /// What one kept reply takes where all are kept.
    fn bytes_a_key(&self) -> f64 {
        self.control.grown_mib() * f64::from(1 << 20) / f64::from(self.control.keys)
    }

    pub(crate) fn text(&self) -> String {
        let met = if self.is_met() { "met" } else { "MISSED" };
        let goal =
            format!("goal: grows by at most {:.0}, the bound and {ALLOWANCE_MIB:.0}: {met}", self.most_mib());
        let control = format!("control: {:.0} bytes a key", self.bytes_a_key());
        [
            format!(
                "\nResident memory, MiB, while {CALLERS} callers ask for keys, each once; a reply to keep is {} bytes",
                replies::NOTIFICATIONS.len()
            ),
            "  room           keys  before   after  highest   grown    still kept  keys/s".to_owned(),
            self.bounded.line(&goal),
            self.control.line(&control),
        ]
        .join("\n")
    }
}

/// Asks for each key once, or for each so many-th; the same key comes from the same caller.
async fn ask(target: &Arc<Target>, keys: u32, step: u32) -> Result<()> {
    let mut clients = JoinSet::new();
    for number in 0..CALLERS {
        let target = Arc::clone(target);
        clients.spawn(async move {
            let mut connection = Connection::open(&target, number as usize).await?;
            for key in (0..keys).step_by(step as usize).filter(|key| key % CALLERS == number) {
                let path = KEYS_PATH.replace("{key}", &key.to_string());
                connection.request = target.request_of(&path, number as usize);
                connection.exchange().await?;
            }
            anyhow::Ok(())
        });
    }
    let joined = timeout(PATIENCE, clients.join_all()).await.context("not all keys were answered in time")?;
    joined.into_iter().collect()
}

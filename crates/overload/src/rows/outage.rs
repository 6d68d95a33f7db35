//! The Redis that processes share a limit by stops, stalls and comes back, under load: nobody waits for it twice, each process
//! lets its share through meanwhile, and they count together again soon.
//!
//! A crowd within its limit asks both processes, one caller far over it asks the first alone: what the first lets through of that
//! one is the whole limit while they count together, and half of it while they don't.

mod promises;

use std::time::{Duration, Instant};

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;
use bff_redis_server::Redis;
use tokio::time::sleep;

use crate::house::House;
use crate::load::{Load, Stream};
use crate::seen::Seen;

pub(crate) const ROW: &str = "2 Redis";

const PROCESSES: usize = 2;
/// The limit, as the configuration has it below.
const RATE: f64 = 400.0;
const BURST: f64 = 100.0;

const CALLERS: usize = 100;
const CROWD: u32 = 500;
const FAR_OVER: u32 = 1000;
/// Their streams, in this order.
const OF_CROWD: usize = 0;
const OF_ONE: usize = 1;

/// In both runs: what is counted here are limits, and nothing else may refuse.
const LIMIT: [(&str, &str); 3] = [
    ("rate_limits.caller", "[\"400/s burst 100\"]"),
    ("rate_limits.shared", "true"),
    ("admission.enabled", "false"),
];
const SHARE: [(&str, &str); 1] = [("rate_limits.instances", "2")];
/// Patient with Redis, and each for itself takes the whole limit.
const NO_DEFENCE: [(&str, &str); 2] = [("redis.timeout", "1s"), ("rate_limits.instances", "1")];

const LEAD: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_secs(3);

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    // Less would be over before the processes know of it.
    let seconds = |full| plan.seconds(full).max(Duration::from_secs(2));
    let defence = Settings::default().with(LIMIT).with(SHARE);
    let without = Settings::default().with(LIMIT).with(NO_DEFENCE);
    let lengths = Lengths { well: seconds(10), stopped: seconds(10), stalled: seconds(5), back: seconds(4) };
    let run = Run::of(plan, "stopped, back, stalled, back", &defence, lengths).await?;
    let lengths = Lengths { well: seconds(3), stopped: seconds(4), stalled: seconds(4), back: seconds(3) };
    let control = Run::of(plan, "the same, patient with Redis", &without, lengths).await?;
    let mut lines = vec![run.delay(&control), run.failures(&control)];
    for (name, trouble) in [("stopped", Run::stopped as fn(&Run) -> Phase), ("stalled", Run::stalled)] {
        lines.extend([run.share(name, trouble, &control), run.back(name, trouble, &control)]);
    }
    Ok(lines)
}

/// How long Redis is what.
#[derive(Clone, Copy)]
struct Lengths {
    well: Duration,
    stopped: Duration,
    stalled: Duration,
    /// After each of the two.
    back: Duration,
}

/// From here to there.
#[derive(Clone, Copy)]
struct Phase {
    began: Instant,
    ended: Instant,
}

impl Phase {
    fn has(&self, seen: &Seen) -> bool {
        (self.began..self.ended).contains(&seen.intended)
    }

    fn length(&self) -> Duration {
        self.ended - self.began
    }
}

/// A run through all of it.
struct Run {
    seen: Vec<Seen>,
    well: Phase,
    stopped: Phase,
    stalled: Phase,
    /// The end of the load.
    ended: Instant,
}

impl Run {
    async fn of(plan: &Plan, run: &str, settings: &Settings, lengths: Lengths) -> Result<Self> {
        let redis = Redis::start();
        let settings = settings.clone().with([("redis.url", redis.url())]);
        let house = House::begin(plan, ROW, run, &settings, PROCESSES).await?;
        let Lengths { well, stopped, stalled, back } = lengths;
        let whole = LEAD + well + stopped + back + stalled + back;
        let mut one = house.one_caller("/ping")?;
        one.truncate(1);
        let crowd = Stream { rate: CROWD, asks: house.callers(CALLERS, "/ping")? };
        let far_over = Stream { rate: FAR_OVER, asks: one };
        let load = Load::start(house.addresses(), vec![crowd, far_over], whole);
        sleep(LEAD).await;
        let well = during(well).await;
        redis.stop();
        let stopped = during(stopped).await;
        redis.restart();
        let stopped = Phase { ended: Instant::now(), ..stopped };
        sleep(back).await;
        redis.pause();
        let stalled = during(stalled).await;
        redis.resume();
        let seen = load.finish(back + GRACE).await?;
        let ended = seen.last().map_or(stalled.ended, |last| last.intended);
        Self { seen, well, stopped, stalled, ended }.checked().map_err(|error| house.blame(&error))
    }

    fn stopped(&self) -> Phase {
        self.stopped
    }

    fn stalled(&self) -> Phase {
        self.stalled
    }
}

async fn during(length: Duration) -> Phase {
    let began = Instant::now();
    sleep(length).await;
    Phase { began, ended: Instant::now() }
}

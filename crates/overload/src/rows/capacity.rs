//! Five times what a processor can do: as much is served as ever, what is served comes soon, and refusals come at once.
//!
//! The BFF has a core of its own and one worker. What it can do is found by a ramp, without limits of any kind: the most whole
//! replies a second, within their deadline, of any step. That sets the load. What it is compared with is measured again right
//! before and after, since the machine is not always as fast. Every request is of another caller, so that none is made for two.

mod promises;

use std::time::{Duration, Instant};

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;

use crate::closed;
use crate::house::House;
use crate::load::{Load, Stream};
use crate::pin::Cores;
use crate::seen::Seen;

use self::promises::Peak;

pub(crate) const ROW: &str = "3 capacity";

const TIMES: u32 = 5;
/// One request in so many is for the critical route. It costs what the others cost.
const CRITICAL: u32 = 50;
/// The stream of these; the one before it is for the screen.
const OF_CRITICAL: usize = 1;

/// The default of `screen.deadline`.
const DEADLINE: Duration = Duration::from_millis(1500);
/// Requests a second that leave the BFF idle nearly all the time.
const IDLE: u32 = 20;
/// Steps of the ramp, in percent of what a closed loop gets through.
const STEPS: [u32; 6] = [70, 80, 90, 100, 110, 120];

/// In all runs: one worker, on a core of its own.
const ONE_WORKER: [(&str, &str); 1] = [("server.workers", "1")];
/// Nor do bulkheads refuse anything, which take a BFF that is slow itself for slow services.
const NO_DEFENCE: [(&str, &str); 7] = [
    ("admission.enabled", "false"),
    ("services.a.bulkhead.limit", "1000000"),
    ("services.b.bulkhead.limit", "1000000"),
    ("services.c.bulkhead.limit", "1000000"),
    ("services.a.bulkhead.adaptive", "false"),
    ("services.b.bulkhead.adaptive", "false"),
    ("services.c.bulkhead.adaptive", "false"),
];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let cores = Cores::apart()?;
    let defaults = Settings::default().with(ONE_WORKER);
    let without = defaults.clone().with(NO_DEFENCE);
    let rate = TIMES * ramp(plan, &cores, &without).await?.rate();
    let reference = House::begin(plan, ROW, "what it can do, before and after", &without, 1).await?;
    cores.confine(reference.id())?;
    let (asks, window) = (reference.callers(100, "/screen")?, plan.seconds(4));
    let before = closed::capacity(&reference, &asks, window).await?;
    let run =
        Run::of(plan, &cores, &format!("{rate}/s, its defaults; {}", cores.text()), &defaults, rate).await?;
    let peak = Peak::around(before, closed::capacity(&reference, &asks, window).await?);
    drop(reference);
    let control = format!("{rate}/s, nobody is refused; {}", cores.text());
    let control = Run::of(plan, &cores, &control, &without, rate).await?;
    Ok(promises::lines(&peak, &run, &control))
}

/// What the BFF can do at most.
async fn ramp(plan: &Plan, cores: &Cores, settings: &Settings) -> Result<Peak> {
    let house = House::begin(plan, ROW, "what it can do at most", settings, 1).await?;
    cores.confine(house.id())?;
    let about = closed::capacity(&house, &house.callers(100, "/screen")?, plan.seconds(2)).await?;
    let mut peak = Peak::default();
    for percent in STEPS {
        let window = plan.seconds(3);
        let rate = Peak::whole(about * f64::from(percent) / 100.0);
        let seen = load(&house, [rate, 0], window).await?;
        peak.step(&seen, window);
    }
    Ok(peak)
}

/// The BFF with little to do, and with far too much.
struct Run {
    idle: Vec<Seen>,
    seen: Vec<Seen>,
    /// When the load began.
    began: Instant,
    window: Duration,
    /// Requests a second that were to leave.
    rate: u32,
}

impl Run {
    async fn of(plan: &Plan, cores: &Cores, run: &str, settings: &Settings, rate: u32) -> Result<Self> {
        let house = House::begin(plan, ROW, run, settings, 1).await?;
        cores.confine(house.id())?;
        // Pools are filled and pages touched.
        load(&house, [IDLE, 0], plan.seconds(1)).await?;
        let idle = load(&house, [IDLE, 0], plan.seconds(10)).await?;
        let (window, critical) = (plan.seconds(15), rate / CRITICAL);
        let began = Instant::now();
        let seen = load(&house, [rate - critical, critical], window).await?;
        Ok(Self { idle, seen, began, window, rate })
    }
}

/// So many a second for the screen, and for the critical route. A caller asks again when the first request is over.
async fn load(house: &House, rates: [u32; 2], window: Duration) -> Result<Vec<Seen>> {
    let mut streams = Vec::new();
    for (rate, path) in rates.into_iter().zip(["/screen", "/critical"]) {
        let callers = usize::try_from(rate * 2)?;
        streams.push(Stream { rate, asks: house.callers(callers, path)? });
    }
    Load::start(house.addresses(), streams, window).finish(2 * DEADLINE).await
}

//! The collector of traces hangs, and every trace is to be kept: no request is slower for it, and memory stays as it is.
//!
//! Two BFFs share a core and are asked in turn, at a third of what one can do: one without traces, and one whose collector takes
//! connections and never says a word. Each turn has a p99 of its own, and what is judged is the median of how they compare. The control
//! of memory has room for a million spans.

mod hung;

use std::time::Duration;

use anyhow::{Context as _, Result};
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, millis};

use self::hung::Hung;
use crate::closed;
use crate::house::House;
use crate::load::{Load, Stream};
use crate::pin::Cores;
use crate::seen::{Seen, per_mille};

pub(crate) const ROW: &str = "6 exporter";

/// The load, in percent of what the BFF can do.
const OF_CAPACITY: f64 = 33.0;
/// Turns of each; together they last a minute.
const TURNS: usize = 10;
const TURN: u32 = 6;
const GRACE: Duration = Duration::from_secs(3);

/// In percent of the p99 without traces.
const SLOWER: f64 = 2.0;
/// MiB, once the buffer is full.
const GROWTH: f64 = 8.0;

const ONE_WORKER: [(&str, &str); 1] = [("server.workers", "1")];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let cores = Cores::apart()?;
    let hung = Hung::start()?;
    let without = Settings::default().with(ONE_WORKER);
    let traced = without.clone().with([("traces.endpoint", hung.url()), ("traces.ratio", "1")]);
    let unbounded = traced.clone().with([("traces.queue", "1000000")]);

    let house = House::begin(plan, ROW, "no traces", &without, 1).await?;
    cores.confine(house.id())?;
    let capacity = closed::capacity(&house, &house.callers(100, "/screen")?, plan.seconds(2)).await?;
    let rate = whole(capacity * OF_CAPACITY / 100.0);
    let other = House::begin(plan, ROW, &format!("a collector that hangs, {rate}/s"), &traced, 1).await?;
    cores.confine(other.id())?;
    for house in [&house, &other] {
        load(house, rate, plan.seconds(TURN)).await?;
    }
    let before = other.meter().resident_mib()?;
    let mut turns = Vec::new();
    for _ in 0..TURNS {
        turns.push(Turn {
            without: p99(&load(&house, rate, plan.seconds(TURN)).await?),
            hung: p99(&load(&other, rate, plan.seconds(TURN)).await?),
        });
    }
    let growth = other.meter().resident_mib()? - before;
    drop((house, other));

    let control = House::begin(plan, ROW, "the same, room for a million spans", &unbounded, 1).await?;
    cores.confine(control.id())?;
    load(&control, rate, plan.seconds(TURN)).await?;
    let before = control.meter().resident_mib()?;
    load(&control, rate, plan.seconds(TURN) * u32::try_from(TURNS)?).await?;
    let grows = control.meter().resident_mib()? - before;
    let turns = Turns(turns);
    Ok(vec![turns.line(rate)?, memory(growth, grows)])
}

async fn load(house: &House, rate: u32, window: Duration) -> Result<Vec<Seen>> {
    let callers = usize::try_from(rate)?.max(1);
    let streams = vec![Stream { rate, asks: house.callers(callers, "/screen")? }];
    Load::start(house.addresses(), streams, window).finish(GRACE).await
}

fn p99(seen: &[Seen]) -> Duration {
    per_mille(seen.iter().map(Seen::screen), 990)
}

fn whole(rate: f64) -> u32 {
    u32::try_from(Duration::from_secs_f64(rate.max(1.0)).as_secs()).unwrap_or(u32::MAX)
}

/// What each of the two took, one after the other.
#[derive(Clone, Copy)]
struct Turn {
    without: Duration,
    hung: Duration,
}

impl Turn {
    /// By how much it was slower with the collector that hangs, in percent.
    fn slower(self) -> f64 {
        let without = self.without.as_secs_f64().max(f64::MIN_POSITIVE);
        if self.hung == Duration::MAX {
            f64::INFINITY
        } else {
            100.0 * (self.hung.as_secs_f64() / without - 1.0)
        }
    }
}

struct Turns(Vec<Turn>);

impl Turns {
    /// The turn in the middle.
    fn median(&self) -> Result<Turn> {
        let mut turns = self.0.clone();
        turns.sort_by(|one, other| one.slower().total_cmp(&other.slower()));
        turns.get(turns.len() / 2).copied().context("no turns")
    }

    fn line(&self, rate: u32) -> Result<Line> {
        let median = self.median()?;
        let slower = median.slower();
        Ok(Line {
            row: ROW,
            what: format!("p99 with a collector that hangs, {rate}/s, the median of {} turns", self.0.len()),
            figure: format!("{slower:+.1} %: {}", millis(median.hung)),
            goal: format!("at most {SLOWER} % slower than without traces"),
            met: slower <= SLOWER && median.without < Duration::MAX,
            control: format!("{}, no traces", millis(median.without)),
        })
    }
}

fn memory(growth: f64, control: f64) -> Line {
    Line {
        row: ROW,
        what: "growth of memory while it hangs, once the buffer is full".to_owned(),
        figure: format!("{growth:.1} MiB"),
        goal: format!("at most {GROWTH} MiB"),
        met: growth <= GROWTH,
        control: format!("{control:.1} MiB, room for a million spans"),
    }
}

#[cfg(test)]
mod tests;

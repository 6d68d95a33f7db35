//! One caller asks at ten times the others' rate, at a BFF that could not do that much: the others do not notice.
//!
//! The BFF has a core of its own and one worker. The others keep within the limit and to a third of what it can do; with the one
//! beside them it is asked for more than it can do. Times with the one and without it alternate, in the same process.

use std::time::Duration;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, millis};

use crate::closed;
use crate::house::House;
use crate::load::{Ask, Load, Stream};
use crate::pin::Cores;
use crate::seen::{OVER_ITS_LIMIT, Seen, float, per_mille, percent};

pub(crate) const ROW: &str = "4 abuse";

const OTHERS: usize = 4;
/// The rate of each of the others, in thousandths of what the BFF can do.
const EACH: f64 = 85.0;
/// The one's rate in times of that.
const TIMES: u32 = 10;
/// In percent of the p99 without the one.
const SLOWER: f64 = 10.0;
const ALTERNATIONS: usize = 3;
const GRACE: Duration = Duration::from_secs(3);
/// In all runs: one worker, on a core of its own, and no request of a caller is answered by the call of another one.
const EACH_ITS_WORK: [(&str, &str); 4] = [
    ("server.workers", "1"),
    ("services.a.coalesce", "false"),
    ("services.b.coalesce", "false"),
    ("services.c.coalesce", "false"),
];
/// The stream; the others' come after it.
const OF_ONE: usize = 0;

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let cores = Cores::apart()?;
    let one_worker = Settings::default().with(EACH_ITS_WORK);
    let off = one_worker.clone().with([("rate_limits.enabled", "false")]);
    let house = House::begin(plan, ROW, "what it can do at most", &off, 1).await?;
    cores.confine(house.id())?;
    let capacity = closed::capacity(&house, &house.callers(100, "/screen")?, plan.seconds(2)).await?;
    drop(house);
    let each = whole(capacity * EACH / 1000.0);
    // A fifth above what each asks for.
    let limit = format!("[\"{}/s burst {}\"]", each + each.div_ceil(5), each.div_ceil(2));
    let on = one_worker.with([("rate_limits.caller", limit.as_str())]);
    let about = format!("{OTHERS} at {each}/s each, and one at {}/s, of {capacity:.0}/s", each * TIMES);
    let run = Run::of(plan, &cores, &format!("{about}, {limit}"), &on, each).await?;
    let control = Run::of(plan, &cores, &format!("{about}, no limit"), &off, each).await?;
    Ok(vec![run.line(&about, &control), run.refused(&control)])
}

fn whole(rate: f64) -> u32 {
    u32::try_from(Duration::from_secs_f64(rate.max(1.0)).as_secs()).unwrap_or(u32::MAX)
}

/// What the others saw without the one, and everything that was seen with it.
struct Run {
    alone: Vec<Seen>,
    beside: Vec<Seen>,
}

impl Run {
    async fn of(plan: &Plan, cores: &Cores, run: &str, settings: &Settings, each: u32) -> Result<Self> {
        let house = House::begin(plan, ROW, run, settings, 1).await?;
        cores.confine(house.id())?;
        let one = house.one_caller("/screen")?;
        let others: Vec<_> = (0..OTHERS).map(|_| house.one_caller("/screen")).collect::<Result<_>>()?;
        let load = async |of_one: &[Ask], window| {
            // One that does not ask has a stream too, so that the others keep their numbers.
            let rate = if of_one.is_empty() { 0 } else { TIMES * each };
            let of_others = others.iter().map(|asks| Stream { rate: each, asks: asks.clone() });
            let streams = std::iter::once(Stream { rate, asks: of_one.to_vec() }).chain(of_others).collect();
            Load::start(house.addresses(), streams, window).finish(GRACE).await
        };
        load(&[], plan.seconds(1)).await?;
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..ALTERNATIONS {
            alone.extend(load(&[], plan.seconds(4)).await?);
            beside.extend(load(&one, plan.seconds(4)).await?);
        }
        Ok(Self { alone, beside })
    }

    /// How late the latest of a hundred screens of the others came, alone and beside the one. A refused one never came.
    fn others(&self) -> [Duration; 2] {
        let p99 = |seen: &[Seen]| {
            let others = seen.iter().filter(|seen| seen.stream != OF_ONE);
            per_mille(others.map(Seen::screen), 990)
        };
        [p99(&self.alone), p99(&self.beside)]
    }

    fn most(&self) -> Duration {
        let [alone, _] = self.others();
        Duration::try_from_secs_f64(alone.as_secs_f64() * (1.0 + SLOWER / 100.0)).unwrap_or(Duration::MAX)
    }

    fn line(&self, about: &str, control: &Self) -> Line {
        let ([alone, beside], [control_alone, control_beside]) = (self.others(), control.others());
        Line {
            row: ROW,
            what: format!("the others' p99, {about}"),
            figure: millis(beside),
            goal: format!("at most {}: {} alone + {SLOWER} %", millis(self.most()), millis(alone)),
            met: beside <= self.most() && alone < Duration::MAX,
            control: format!("{}, {} alone, no limit", millis(control_beside), millis(control_alone)),
        }
    }

    /// How many of the one's requests were over its limit, in percent, and how many of the others' were.
    fn over(&self) -> [f64; 2] {
        [true, false].map(|one| {
            let of = |seen: &&Seen| (seen.stream == OF_ONE) == one;
            let over = self.beside.iter().filter(of).filter(|seen| seen.is(OVER_ITS_LIMIT)).count();
            percent(over, self.beside.iter().filter(of).count())
        })
    }

    fn refused(&self, control: &Self) -> Line {
        let ([one, others], [control, _]) = (self.over(), control.over());
        // It asks for ten times what the others do, and may have a fifth more than they, and its burst.
        let least = 100.0 * (1.0 - 2.0 * 1.2 / f64::from(TIMES));
        Line {
            row: ROW,
            what: format!(
                "of {} requests, the one's that were refused as over its limit",
                float(self.beside.len())
            ),
            figure: format!("{one:.0} %, of the others' {others:.0} %"),
            goal: format!("at least {least:.0} %, of the others' none"),
            met: one >= least && others == 0.0,
            control: format!("{control:.0} %, no limit"),
        }
    }
}

#[cfg(test)]
mod tests;

//! One caller far over its limit, at four processes that share it: together they let through what one would.
//!
//! In the first half the load is the same at all of them, in the second nearly all of it comes to one: by shares of the limit that
//! do not move, that one would refuse what the others have left over.
//!
//! What may pass is the burst and the rate times the time, by the clock of whoever asks, from the first request that left to the
//! last answer that came. The Redis counts by its own clock, and ours begins and ends with it but for the way there and back.

use std::time::Duration;

use anyhow::{Result, ensure};
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;
use bff_redis_server::Redis;

use crate::house::House;
use crate::load::{Ask, Load, Stream};
use crate::seen::{OK, OVER_ITS_LIMIT, Seen, float, offered, span};

pub(crate) const ROW: &str = "1 sharing";

const PROCESSES: usize = 4;
/// The limit, as the configuration has it below.
const RATE: f64 = 1000.0;
const BURST: f64 = 100.0;
/// A second, at all processes together.
const OFFERED: u32 = 5000;
/// Where nearly all comes to one process, one in so many goes to the others.
const TO_OTHERS: usize = 16;
const GRACE: Duration = Duration::from_secs(2);

/// In percent of what may pass: not less, and not more, without leases and with them.
const AT_LEAST: f64 = -1.0;
const AT_MOST: f64 = 1.0;
const AT_MOST_LEASED: f64 = 2.0;
/// Scripts that Redis runs for a request.
const ROUND_TRIPS: f64 = 0.1;

/// In all runs: what is counted here are limits, and nothing else may refuse.
const LIMIT: [(&str, &str); 3] = [
    ("rate_limits.caller", "[\"1000/s burst 100\"]"),
    ("rate_limits.instances", "4"),
    ("admission.enabled", "false"),
];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let redis = Redis::start();
    let alone = Settings::default().with(LIMIT).with([("rate_limits.shared", "false")]);
    let shared = |leases: &str| {
        let keys = [("redis.url", redis.url()), ("rate_limits.shared", "true".to_owned())];
        Settings::default().with(LIMIT).with(keys).with([("rate_limits.leases", leases)])
    };
    let full = plan.seconds(20);
    let strict = Run::of(plan, "four processes, one Redis", &shared("false"), full, Some(&redis)).await?;
    let leased = Run::of(plan, "the same with leases", &shared("true"), full, Some(&redis)).await?;
    let control = Run::of(plan, "each for itself, all alike", &alone, full / 2, None).await?;
    Ok(vec![
        strict.passed("a round trip for each request", AT_MOST, &control),
        leased.passed("with leases", AT_MOST_LEASED, &control),
        leased.round_trips(&strict),
    ])
}

/// So many, the first half in turn to all, the second nearly all to the first.
fn asks(alike: &[Ask], total: usize) -> Vec<Ask> {
    let others = |number: usize| 1 + number % (alike.len() - 1);
    let process = |number: usize| match number {
        _ if number < total / 2 => number % alike.len(),
        _ if number.is_multiple_of(TO_OTHERS) => others(number),
        _ => 0,
    };
    (0..total).map(|number| alike[process(number)].clone()).collect()
}

/// What one run saw.
struct Run {
    sent: usize,
    admitted: usize,
    span: Duration,
    /// Scripts that Redis ran meanwhile.
    scripts: u64,
    offered: f64,
}

impl Run {
    async fn of(
        plan: &Plan,
        run: &str,
        settings: &Settings,
        window: Duration,
        redis: Option<&Redis>,
    ) -> Result<Self> {
        let house = House::begin(plan, ROW, run, settings, PROCESSES).await?;
        let load = async |window: Duration, rate| {
            let alike = house.one_caller("/ping")?;
            let total = redis.map(|_| usize::try_from(window.as_millis() * u128::from(rate) / 1000));
            let asks = total.transpose()?.map_or_else(|| alike.clone(), |total| asks(&alike, total));
            let stream = Stream { rate, asks };
            Load::start(house.addresses(), vec![stream], window).finish(GRACE).await
        };
        // Somebody else: until the processes have their connections to Redis.
        load(Duration::from_secs(1), OFFERED / 10).await?;
        let scripts = || redis.map_or(0, |redis| redis.calls("evalsha") + redis.calls("eval"));
        let before = scripts();
        let seen = load(window, OFFERED).await?;
        let scripts = scripts() - before;
        Self::count(&seen, scripts, window).map_err(|error| house.blame(&error))
    }

    /// What was neither let through nor over its limit was not counted by a limit, and a run of that is none.
    fn count(seen: &[Seen], scripts: u64, window: Duration) -> Result<Self> {
        let of = |status| seen.iter().filter(|seen| seen.is(status)).count();
        let (admitted, refused) = (of(OK), of(OVER_ITS_LIMIT));
        let other = seen.len() - admitted - refused;
        ensure!(other == 0, "{other} of {} requests were answered with neither 200 nor 429", seen.len());
        let (offered, _) = offered(seen, window);
        Ok(Self { sent: seen.len(), admitted, span: span(seen), scripts, offered })
    }

    /// How far off what passed is, in percent of what may pass.
    fn off(&self) -> f64 {
        let may_pass = BURST + RATE * self.span.as_secs_f64();
        100.0 * (float(self.admitted) / may_pass - 1.0)
    }

    fn is_within(&self, at_most: f64) -> bool {
        (AT_LEAST..=at_most).contains(&self.off())
    }

    fn passed(&self, how: &str, at_most: f64, control: &Self) -> Line {
        let times = |run: &Self| 1.0 + run.off() / 100.0;
        Line {
            row: ROW,
            what: format!(
                "passed of {:.0}/s at {PROCESSES} processes, {RATE}/s burst {BURST}, {how}",
                self.offered
            ),
            figure: format!("{} in {:.2} s: {:+.2} %", self.admitted, self.span.as_secs_f64(), self.off()),
            goal: format!("{AT_LEAST:+} to {at_most:+} %"),
            met: self.is_within(at_most),
            control: format!("{:.2} times the limit, each for itself", times(control)),
        }
    }

    /// Scripts for each request that passed, and for each that came.
    fn scripts_each(&self) -> [f64; 2] {
        let scripts = float(usize::try_from(self.scripts).unwrap_or(usize::MAX));
        [self.admitted, self.sent].map(|requests| scripts / float(requests.max(1)))
    }

    /// None at all would mean that nothing was shared.
    fn is_cheap(&self) -> bool {
        self.scripts > 0 && self.scripts_each()[1] <= ROUND_TRIPS
    }

    fn round_trips(&self, control: &Self) -> Line {
        let ([passed, came], [control, _]) = (self.scripts_each(), control.scripts_each());
        Line {
            row: ROW,
            what: "round trips to Redis, with leases".to_owned(),
            figure: format!("{came:.3} a request, {passed:.3} a request that passed"),
            goal: format!("at most {ROUND_TRIPS} a request"),
            met: self.is_cheap(),
            control: format!("{control:.3} a request that passed, no leases"),
        }
    }
}

#[cfg(test)]
mod tests;

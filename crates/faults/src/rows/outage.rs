//! A service answers 503, or nobody listens: it gets little more than its calls, then a pause, and then its calls back.

mod promises;

use std::time::{Duration, Instant};

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;
use tokio::time::sleep;

use crate::behaviour::Behaviour;
use crate::lab::{Lab, NAIVE_RETRIES, NO_BREAKER, WELL};
use crate::load::Load;
use crate::replies::Request;
use crate::service::Attempt;

pub(crate) const ROW: &str = "2 outage";

const RATE: u32 = 200;
const BEFORE: Duration = Duration::from_secs(2);
const SECOND: Duration = Duration::from_secs(1);
/// The defaults of `breaker.open_for` and `open_for_at_most`.
const OPEN_FOR: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let (defaults, full) = (Settings::default(), plan.seconds(10));
    let no_breaker = defaults.clone().with(NO_BREAKER);
    let naive = no_breaker.clone().with(NAIVE_RETRIES);
    let fails = Outage::run(plan, "c answers 503", &defaults, Behaviour::Fail, plan.seconds(8)).await?;
    let refuses = Outage::run(plan, "c refuses", &defaults, Behaviour::Refuse, plan.seconds(3)).await?;
    let budget = Outage::run(plan, "503, without breaker", &no_breaker, Behaviour::Fail, full).await?;
    let control = Outage::run(plan, "503, retries as usual", &naive, Behaviour::Fail, full).await?;

    let mut lines = vec![fails.attempts("503", &control), budget.attempts("503, breaker off", &control)];
    for (name, outage) in [("503", &fails), ("refused", &refuses)] {
        lines.extend([
            outage.opening(name, &budget),
            outage.recovery(name, &budget),
            outage.after(name, &budget),
        ]);
    }
    Ok(lines)
}

/// A run through an outage and what comes after it.
struct Outage {
    requests: Vec<Request>,
    attempts: Vec<Attempt>,
    /// From the first request to the last.
    length: Duration,
    began: Instant,
    ended: Instant,
}

impl Outage {
    async fn run(
        plan: &Plan,
        run: &str,
        settings: &Settings,
        fault: Behaviour,
        outage: Duration,
    ) -> Result<Self> {
        let lab = Lab::begin(plan, ROW, run, settings).await?;
        let most = BEFORE + outage + longest_pause(outage) + 10 * SECOND;
        let first = Instant::now();
        let load = Load::start(&lab, &["/only"], RATE, most);
        sleep(BEFORE).await;
        lab.c.set(fault);
        let began = Instant::now();
        sleep(outage).await;
        lab.c.set(Behaviour::Answer(WELL));
        let ended = Instant::now();
        let patience = longest_pause(outage) + 2 * SECOND;
        while first_whole(&load.so_far(), ended).is_none() && ended.elapsed() < patience {
            sleep(SECOND / 20).await;
        }
        sleep(3 * SECOND).await;
        load.stop();
        let requests = load.finish(2 * SECOND).await?;
        Ok(Self { requests, attempts: lab.c.journal(), length: first.elapsed(), began, ended })
    }
}

/// When the first whole reply came to a request of after this instant.
fn first_whole(requests: &[Request], after: Instant) -> Option<Instant> {
    let whole = requests.iter().filter(|request| request.intended >= after && request.is_whole());
    whole.filter_map(Request::answered_at).min()
}

/// The longest that a breaker may stay open at the end of an outage of this length: pauses double, and each may be a
/// quarter shorter or longer, so the shortest ones before it decide how far it has come.
fn longest_pause(outage: Duration) -> Duration {
    let (mut pause, most) = OPEN_FOR;
    let mut began = Duration::ZERO;
    while began + pause.mul_f64(0.75) < outage {
        began += pause.mul_f64(0.75);
        pause = (2 * pause).min(most);
    }
    pause.mul_f64(1.25)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_while_the_outage_lasts() {
        let pauses = [1, 3, 4, 8, 12, 1000].map(|outage| longest_pause(outage * SECOND).as_millis());
        assert_eq!(pauses, [6250, 6250, 12_500, 12_500, 25_000, 75_000]);
    }
}

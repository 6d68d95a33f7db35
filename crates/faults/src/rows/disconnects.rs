//! Clients that go away in the middle of a fan-out: what was done for them ends with them, and nothing of it is left.

mod clients;

use std::time::Duration;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, millis};
use tokio::time::sleep;

use self::clients::{Seen, full_house, leave};
use crate::lab::Lab;
use crate::replies::percent;

pub(crate) const ROW: &str = "6 disconnects";

const ANSWERS_AFTER: Duration = Duration::from_millis(20);
const GONE_AFTER: Duration = Duration::from_millis(100);
/// The calls that may be in flight on both workers: so many at once succeed only if none has lost its place.
const PLACES: usize = 2 * 64;
/// Connections and tasks that come and go by themselves.
const ABOUT: usize = 4;

/// In both runs: two workers, places that can be counted, and request ids of ours.
const COUNTED: [(&str, &str); 8] = [
    ("server.workers", "2"),
    ("trust.proxies", "[\"127.0.0.0/8\"]"),
    ("services.a.bulkhead.adaptive", "false"),
    ("services.b.bulkhead.adaptive", "false"),
    ("services.c.bulkhead.adaptive", "false"),
    ("services.a.bulkhead.wait", "0s"),
    ("services.b.bulkhead.wait", "0s"),
    ("services.c.bulkhead.wait", "0s"),
];
/// In the control: timeouts of what was left behind must not end the calls after it.
const NO_BREAKERS: [(&str, &str); 6] = [
    ("services.a.breaker.consecutive_failures", "1000000"),
    ("services.b.breaker.consecutive_failures", "1000000"),
    ("services.c.breaker.consecutive_failures", "1000000"),
    ("services.a.breaker.minimum_calls", "1000000"),
    ("services.b.breaker.minimum_calls", "1000000"),
    ("services.c.breaker.minimum_calls", "1000000"),
];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let settings = Settings::default().with(COUNTED);
    let without_breakers = settings.clone().with(NO_BREAKERS);
    let (clients, fewer) = (plan.count(10_000), plan.count(1_000));
    let lab = Lab::begin(plan, ROW, &format!("{clients} clients go away"), &settings).await?;
    let run = Run::of(&lab, "/all", clients).await?;
    let run_of = format!("{fewer} leave a detached task behind");
    let lab = Lab::begin(plan, ROW, &run_of, &without_breakers).await?;
    let control = Run::of(&lab, "/detached", fewer).await?;

    let line = |what: &str, figure, goal, met, control| {
        let what = what.to_owned();
        Line { row: ROW, what, figure, goal, met, control }
    };
    let held = |what: &str, of: fn(&Held) -> usize| {
        let [before, after] = [&run.before, &run.after].map(of);
        let [left, control] = [&run.left, &control.left].map(of);
        let control = format!("{control} after the last client, detached; {left} here");
        let goal = format!("at most {ABOUT} more");
        line(what, format!("{before} and {after}"), goal, after <= before + ABOUT, control)
    };
    let Run { seen, in_flight, whole, .. } = &run;
    Ok(vec![
        line(
            &format!("until the last of {} open attempts is gone", seen.open),
            millis(seen.slowest),
            format!("at most {}", millis(GONE_AFTER)),
            seen.slowest <= GONE_AFTER,
            format!("{:.0} % are open after that, detached", percent(control.seen.late, control.seen.open)),
        ),
        line(
            "calls in flight afterwards",
            in_flight.to_string(),
            "0".to_owned(),
            *in_flight == 0,
            format!("{}, detached", control.in_flight),
        ),
        held("tasks alive, before and after", |held| held.tasks),
        held("descriptors open, before and after", |held| held.descriptors),
        line(
            &format!("whole replies of {PLACES} at once, with a place for each"),
            whole.to_string(),
            PLACES.to_string(),
            *whole == PLACES,
            format!("{}, detached", control.whole),
        ),
    ])
}

/// What a process holds.
struct Held {
    tasks: usize,
    descriptors: usize,
}

/// A run, from a BFF with warm pools to one that must be as it was.
struct Run {
    seen: Seen,
    before: Held,
    /// A moment after the last client.
    left: Held,
    in_flight: u64,
    whole: usize,
    after: Held,
}

impl Run {
    async fn of(lab: &Lab, path: &str, clients: u32) -> Result<Self> {
        full_house(lab).await?;
        let before = Held::of(lab).await?;
        let seen = leave(lab, path, clients).await?;
        let (left, in_flight) = (Held::of(lab).await?, lab.gauges().await?.in_flight.iter().sum());
        let whole = full_house(lab).await?;
        // Until whatever was left behind has timed out; then pools become as warm as they were before.
        sleep(Duration::from_secs(1)).await;
        full_house(lab).await?;
        let after = Held::of(lab).await?;
        Ok(Self { seen, before, left, in_flight, whole, after })
    }
}

impl Held {
    async fn of(lab: &Lab) -> Result<Self> {
        Ok(Self { tasks: lab.gauges().await?.tasks, descriptors: lab.descriptors()? })
    }
}

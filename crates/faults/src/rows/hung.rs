//! One of three services hangs: no screen is later than its deadline, and screens that do not need it do not notice.

use std::time::Duration;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, millis};

use crate::behaviour::Behaviour;
use crate::lab::{Lab, NO_BREAKER, NO_BULKHEAD};
use crate::load::Load;
use crate::replies::{Request, latency};

pub(crate) const ROW: &str = "1 hung";

const RATE: u32 = 200;
const PATHS: [&str; 2] = ["/all", "/without"];
/// The default deadline of a screen, and what a timer and a busy machine may add.
const IN_TIME: Duration = Duration::from_millis(1500 + 50);
const NOTICED: Duration = Duration::from_millis(5);

const NO_DEADLINE: [(&str, &str); 3] =
    [("screen.deadline", "10m"), ("services.c.timeout", "10m"), ("services.c.attempt_timeout", "10m")];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let (defaults, full) = (Settings::default(), plan.seconds(20));
    let without_defence = defaults.clone().with(NO_DEADLINE).with(NO_BREAKER).with(NO_BULKHEAD);
    let well = load(plan, "nothing fails", &defaults, false, full).await?;
    let hung = load(plan, "c hangs", &defaults, true, full).await?;
    let control = load(plan, "c hangs, without deadlines", &without_defence, true, full / 2).await?;

    let latest = latency(&hung, 1000);
    let in_time = |request: &&Request| request.is_answered_within(IN_TIME);
    let all = of_path(&control, 0);
    let came = all.iter().filter(|request| in_time(request)).count();
    let [p99, well, control_p99] = [&hung, &well, &control].map(|run| latency(of_path(run, 1), 990));
    Ok(vec![
        Line {
            row: ROW,
            what: format!("the latest of {} replies, c hangs", hung.len()),
            figure: millis(latest),
            goal: format!("at most {}", millis(IN_TIME)),
            met: latest <= IN_TIME,
            control: format!("{came} of {} /all replies in that time", all.len()),
        },
        Line {
            row: ROW,
            what: "p99 of /without".to_owned(),
            figure: millis(p99),
            goal: format!("{} (nothing fails) + {}", millis(well), millis(NOTICED)),
            met: p99 <= well.saturating_add(NOTICED),
            control: millis(control_p99),
        },
    ])
}

async fn load(
    plan: &Plan,
    run: &str,
    settings: &Settings,
    hangs: bool,
    window: Duration,
) -> Result<Vec<Request>> {
    let lab = Lab::begin(plan, ROW, run, settings).await?;
    Load::start(&lab, &PATHS, RATE, Duration::from_secs(1)).finish(IN_TIME).await?;
    if hangs {
        lab.c.set(Behaviour::Hang);
    }
    Load::start(&lab, &PATHS, RATE, window).finish(IN_TIME).await
}

fn of_path(requests: &[Request], path: usize) -> Vec<&Request> {
    requests.iter().filter(|request| request.path == path).collect()
}

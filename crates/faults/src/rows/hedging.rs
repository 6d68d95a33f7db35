//! One answer in a hundred takes a second: a second attempt on the other endpoint is faster.

use std::time::Duration;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, millis};

use crate::behaviour::Behaviour;
use crate::lab::{Lab, WELL};
use crate::load::Load;
use crate::replies::{latency, ratio};

pub(crate) const ROW: &str = "5 hedging";

const RATE: u32 = 500;
const STALLED: Duration = Duration::from_secs(1);
const FASTER: u32 = 5;
const MORE: f64 = 1.03;

/// In both runs: a stalled answer comes before its call is given up, or no late ones would be seen at all.
const PATIENT: [(&str, &str); 2] =
    [("services.c.timeout", "1200ms"), ("services.c.attempt_timeout", "1200ms")];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let off = Settings::default().with(PATIENT);
    let on = off.clone().with([("services.c.hedge.enabled", "true")]);
    let (late, attempts) = stalls(plan, "every 100th answer stalls, hedged", &on).await?;
    let (late_off, attempts_off) = stalls(plan, "the same, not hedged", &off).await?;
    Ok(vec![
        Line {
            row: ROW,
            what: "p99.9, every 100th answer stalls 1 s".to_owned(),
            figure: millis(late),
            goal: format!("at most {}: 1/{FASTER}", millis(late_off / FASTER)),
            met: late <= late_off / FASTER,
            control: format!("{}, not hedged", millis(late_off)),
        },
        Line {
            row: ROW,
            what: "attempts at c for each call".to_owned(),
            figure: format!("{attempts:.3}"),
            goal: format!("at most {MORE}"),
            met: attempts <= MORE,
            control: format!("{attempts_off:.3}, not hedged"),
        },
    ])
}

/// The latency that one in a thousand exceeds, and how many attempts a call took.
async fn stalls(plan: &Plan, run: &str, settings: &Settings) -> Result<(Duration, f64)> {
    let lab = Lab::begin_of(plan, ROW, run, settings, 2).await?;
    let only = ["/only"];
    // Enough calls for the BFF to know what slow means.
    Load::start(&lab, &only, RATE, Duration::from_secs(2)).finish(STALLED).await?;
    lab.c.set(Behaviour::Stall { usual: WELL, stalled: STALLED });
    let before = lab.c.attempts();
    let requests = Load::start(&lab, &only, RATE, plan.seconds(20)).finish(2 * STALLED).await?;
    Ok((latency(&requests, 999), ratio(lab.c.attempts() - before, requests.len())))
}

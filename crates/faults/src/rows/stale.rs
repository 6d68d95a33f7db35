//! A service goes away whose replies are kept: its last ones stand in for it, and say how old they are.

use std::time::{Duration, Instant};

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, seconds};
use tokio::time::sleep;

use crate::behaviour::Behaviour;
use crate::lab::Lab;
use crate::load::Load;
use crate::replies::{Outcome, Request, percent};

pub(crate) const ROW: &str = "8 stale";

const RATE: u32 = 200;
/// Who has a reply when c goes away, and asks again every quarter of a second.
const CALLERS: usize = 50;
const FRESH_FOR: Duration = Duration::from_secs(1);
const GOAL: f64 = 99.0;

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncache-control: max-age=1\r\n\
    content-length: 23\r\n\r\n{\"id\":\"1\",\"name\":\"one\"}";

/// What is fresh is used; what is not, never.
const NEVER_STALE: [(&str, &str); 1] = [("cache.stale_if_error", "0s")];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let outage = plan.seconds(10);
    let defaults = Settings::default();
    let never = defaults.clone().with(NEVER_STALE);
    let (there, oldest) = outage_of(plan, "c refuses, its replies are kept", &defaults, outage).await?;
    let (control, _) = outage_of(plan, "the same, none is used when stale", &never, outage).await?;
    // In whole seconds, and counted from when it was asked for: that was before the outage.
    let most = outage + FRESH_FOR + Duration::from_secs(1);
    Ok(vec![
        Line {
            row: ROW,
            what: format!("replies with all sections while c refuses for {}", seconds(outage)),
            figure: format!("{there:.1} %"),
            goal: format!("at least {GOAL} %"),
            met: there >= GOAL,
            control: format!("{control:.1} %, stale_if_error 0s"),
        },
        Line {
            row: ROW,
            what: "the age that the oldest of them states".to_owned(),
            figure: oldest.map_or("none does".to_owned(), seconds),
            goal: format!("at most {}", seconds(most)),
            met: oldest.is_some_and(|oldest| oldest <= most),
            control: "nothing is stale".to_owned(),
        },
    ])
}

/// The percentage of replies in the outage that had all sections, and the oldest that one of those was.
async fn outage_of(
    plan: &Plan,
    run: &str,
    settings: &Settings,
    outage: Duration,
) -> Result<(f64, Option<Duration>)> {
    let lab = Lab::begin(plan, ROW, run, settings).await?;
    lab.c.set(Behaviour::Say(REPLY.into()));
    let mut connections = Vec::new();
    while connections.len() < CALLERS {
        let mut connection = lab.connect().await?;
        connection.ask("/all").await?;
        connections.push(connection);
    }
    let load = Load::of(connections, &lab, &["/all"], RATE, 2 * FRESH_FOR + outage);
    sleep(2 * FRESH_FOR).await;
    lab.c.set(Behaviour::Refuse);
    let began = Instant::now();
    let requests = load.finish(Duration::from_secs(2)).await?;
    let during: Vec<&Request> = requests.iter().filter(|request| request.intended >= began).collect();
    let age = |request: &&Request| match &request.answer {
        Some((_, Outcome::Whole)) => Some(0),
        Some((_, Outcome::Stale(age))) => Some(*age),
        _ => None,
    };
    let ages: Vec<u64> = during.iter().filter_map(age).collect();
    let oldest = ages.iter().copied().filter(|age| *age > 0).max().map(Duration::from_secs);
    Ok((percent(ages.len(), during.len()), oldest))
}

//! A breaker's pause is over, and many requests race to be the one that finds out.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::behaviour::Behaviour;
use crate::lab::{Lab, NO_BREAKER};
use crate::load::Connection;

pub(crate) const ROW: &str = "3 probe";

const RACERS: usize = 64;
/// How long a probe is unanswered: all racers have theirs by then.
const UNANSWERED: Duration = Duration::from_millis(150);

/// A short pause that does not double, so that it can be waited for often; nothing else is changed.
const SHORT_PAUSE: [(&str, &str); 3] = [
    ("server.workers", "2"),
    ("services.c.breaker.open_for", "200ms"),
    ("services.c.breaker.open_for_at_most", "200ms"),
];
/// The longest that the jitter makes of it.
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let rounds = plan.count(20);
    let defence = Settings::default().with(SHORT_PAUSE);
    let without_defence = defence.clone().with(NO_BREAKER);
    let lab = Lab::begin(plan, ROW, &format!("{rounds} races for a probe"), &defence).await?;
    let mut seen = Vec::new();
    let mut racers = open(&lab).await?;
    for _ in 0..rounds {
        open_breaker(&lab).await?;
        let attempts;
        (racers, attempts) = race(&lab, racers, Instant::now() + PAUSE).await?;
        seen.push(attempts);
    }
    let control = Lab::begin(plan, ROW, "a race without breaker", &without_defence).await?;
    let (_, without) = race(&control, open(&control).await?, Instant::now()).await?;

    let (least, most) = (seen.iter().min().copied(), seen.iter().max().copied());
    let (least, most) = (least.unwrap_or_default(), most.unwrap_or_default());
    Ok(vec![Line {
        row: ROW,
        what: format!("attempts at c while a probe is open, {RACERS} racers, {rounds} times"),
        figure: if least == most { most.to_string() } else { format!("{least} to {most}") },
        goal: "1 each time".to_owned(),
        met: (least, most) == (1, 1),
        control: format!("{without}, breaker off"),
    }])
}

async fn open(lab: &Lab) -> Result<Vec<Connection>> {
    let mut racers = Vec::new();
    while racers.len() < RACERS {
        let mut racer = lab.connect().await?;
        racer.ask("/without").await?;
        racers.push(racer);
    }
    Ok(racers)
}

async fn open_breaker(lab: &Lab) -> Result<()> {
    lab.c.set(Behaviour::Fail);
    let (mut connection, begun) = (lab.connect().await?, Instant::now());
    while !connection.ask("/only").await?.says("open_breaker") {
        ensure!(begun.elapsed() < Duration::from_secs(5), "the breaker does not open");
    }
    Ok(())
}

/// All at once at this instant. How many attempts c saw before it answered the first.
async fn race(lab: &Lab, racers: Vec<Connection>, at: Instant) -> Result<(Vec<Connection>, usize)> {
    lab.c.set(Behaviour::Answer(UNANSWERED));
    let before = lab.c.attempts();
    let line = Arc::new(Barrier::new(racers.len()));
    let mut running = JoinSet::new();
    for mut racer in racers {
        let line = Arc::clone(&line);
        running.spawn(async move {
            sleep_until(at).await;
            line.wait().await;
            racer.ask("/only").await.map(|_| racer)
        });
    }
    sleep_until(at + UNANSWERED * 4 / 5).await;
    let seen = lab.c.attempts() - before;
    let racers = running.join_all().await.into_iter().collect::<Result<_>>()?;
    sleep(Duration::from_millis(10)).await;
    Ok((racers, seen))
}

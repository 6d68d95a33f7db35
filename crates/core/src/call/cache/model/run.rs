//! Runs histories: many of them, one of them again, and ever simpler ones of what went wrong.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Runtime};

use super::{
    fault::Hunt,
    law::{Breach, Via},
    schedule::Schedule,
    simpler::simplified,
    stage::House,
    tally::Tally,
    tape::{Step, Tape, printed, read},
};

/// How many histories share a house, so that what one of them has kept is gone in time.
const BLOCK: u64 = 500;

/// One history, as it was run.
struct Played {
    breach: Option<Breach>,
    decisions: u64,
    ways: [u64; Via::COUNT],
    steps: Vec<Step>,
    story: Vec<String>,
}

/// A history that broke a law.
pub(super) struct Found {
    pub(super) breach: Breach,
    pub(super) histories: u64,
    hunt: Hunt,
    seed: u64,
    steps: Vec<Step>,
}

/// Runs so many histories, or until one breaks a law.
pub(super) fn search(hunt: Hunt, histories: u64) -> Result<Tally, Box<Found>> {
    let (mut tally, began, mut told) = (Tally::default(), Instant::now(), Instant::now());
    while tally.histories < histories {
        let block = tally.histories..histories.min(tally.histories + BLOCK);
        let runtime = runtime();
        let house = runtime.block_on(async { House::new(hunt) });
        for seed in block {
            let played = runtime.block_on(play(&house, seed, Tape::seeded(seed), false));
            tally.add(played.decisions, &played.ways);
            if let Some(breach) = played.breach {
                let histories = tally.histories;
                return Err(Box::new(Found { breach, histories, hunt, seed, steps: played.steps }));
            }
        }
        if told.elapsed() > Duration::from_secs(5) {
            told = Instant::now();
            eprintln!("{}", tally.progress(histories, began.elapsed()));
        }
    }
    Ok(tally)
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

async fn play(house: &House, seed: u64, mut tape: Tape, is_told: bool) -> Played {
    // Freshness is shortened at random.
    fastrand::seed(seed);
    let stage = house.stage(seed, &mut tape, is_told);
    let decisions = Schedule::new(&stage, &mut tape).run().await;
    let mut record = stage.record.lock();
    let mut story = record.scene();
    story.extend(record.take_story());
    let (breach, ways) = (record.breach.clone(), record.ways);
    Played { breach, decisions, ways, steps: tape.into_steps(), story }
}

/// Runs one history in a house of its own.
fn play_alone(hunt: Hunt, seed: u64, steps: &[Step], is_told: bool) -> Played {
    let runtime = runtime();
    runtime.block_on(async { play(&House::new(hunt), seed, Tape::of(steps.to_vec()), is_told).await })
}

impl Found {
    /// The simplest history that we know to break the law, and how to see it again.
    pub(super) fn report(&self) -> String {
        let Self { breach, histories, hunt, seed, steps } = self;
        let simple = simplified(steps, |steps| {
            play_alone(*hunt, *seed, steps, false).breach.is_some_and(|found| found.law == breach.law)
        });
        let played = play_alone(*hunt, *seed, &simple, true);
        let what = played.breach.as_ref().unwrap_or(breach);
        let list = printed(&simple);
        let mut report = format!("history {histories} breaks a law ({:?}): {}\n\n", what.law, what.what);
        for line in played.story {
            let _ = writeln!(report, "{line}");
        }
        let _ = write!(
            report,
            "\nagain: BFF_MODEL_REPLAY='{seed}:{list}' cargo test -p bff-core --lib model::replay -- --nocapture"
        );
        report
    }
}

/// Tells a history: `seed`, or `seed:choices`.
pub(super) fn replayed(history: &str) -> String {
    let (seed, steps) =
        history.split_once(':').map_or((history, None), |(seed, steps)| (seed, Some(read(steps))));
    let seed = seed.parse().expect("a seed");
    let steps = steps.unwrap_or_else(|| {
        let drawn =
            async { play(&House::new(Hunt::FOR_ANYTHING), seed, Tape::seeded(seed), false).await.steps };
        runtime().block_on(drawn)
    });
    let Played { breach, story, .. } = play_alone(Hunt::FOR_ANYTHING, seed, &steps, true);
    let end =
        breach.map_or("it breaks no law".to_owned(), |breach| format!("{:?}: {}", breach.law, breach.what));
    format!("{}\n{end}", story.join("\n"))
}

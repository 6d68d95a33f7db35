//! `bff-demo smoke`: starts the house on free ports and compares every screen, normal and degraded, with what it should
//! be. What it is not: the tests. It is the quick look over everything that is built, from outside.
//!
//! Each round has a house of its own, so that nothing that a BFF remembers of one round is seen in the next; the
//! questions of a round are asked at once.

mod ask;
mod cases;
mod expect;
mod faults;
mod life;
mod refusals;
mod report;

use bff_testkit::Mode;
use futures::future::join_all;
use serde_json::Value;
use tokio::runtime;

pub use self::ask::{Ask, client};
use self::{
    expect::Expect,
    report::{Outcome, Report},
};
use crate::{
    house::{Breakers, House, StartError},
    ports::Ports,
    screens::SCREENS,
};

/// A question and what must come back.
struct Case {
    title: String,
    ask: Ask,
    expect: Expect,
}

impl Case {
    fn new(title: impl Into<String>, ask: Ask, expect: Expect) -> Self {
        let title = format!("{} {}", ask.bff.word(), title.into());
        Self { title, ask, expect }
    }
}

/// What the services do, and questions that are asked meanwhile.
struct Round {
    modes: Vec<(&'static str, Mode)>,
    cases: Vec<Case>,
}

/// Runs all of it. Whether everything was as expected.
pub fn run() -> Result<bool, StartError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(StartError::system("no runtime"))?.block_on(all())
}

async fn all() -> Result<bool, StartError> {
    let mut report = Report::new();
    let normal = normal_replies().await?;
    let rounds =
        [cases::healthy(), cases::slow(), refusals::refusals()].into_iter().chain(faults::rounds(&normal));
    for round in rounds {
        for outcome in ask_all(round).await? {
            report.add(&outcome);
        }
    }
    for outcome in life::checks().await? {
        report.add(&outcome);
    }
    Ok(report.finish())
}

/// What each of [`SCREENS`] says when all is well: what a degraded one still has to say.
async fn normal_replies() -> Result<Vec<Value>, StartError> {
    let house = House::start(&Ports::FREE, None, Breakers::Off).await?;
    let client = client();
    let answers =
        join_all(SCREENS.iter().map(|screen| Ask::of(screen).send(&house.addresses, &client))).await;
    house.drain().await;
    // A screen that gives no answer fails its own case; here it is only nothing to compare with.
    Ok(answers.into_iter().map(|answer| answer.map(|answer| answer.json).unwrap_or_default()).collect())
}

async fn ask_all(Round { modes, cases }: Round) -> Result<Vec<Outcome>, StartError> {
    let house = House::start(&Ports::FREE, None, Breakers::Off).await?;
    for (target, mode) in modes {
        house.services.set(target, mode);
    }
    let client = client();
    let asked = cases.into_iter().map(async |Case { title, ask, expect }| {
        Outcome::of_answer(title, &expect, ask.send(&house.addresses, &client).await)
    });
    let outcomes = join_all(asked).await;
    house.drain().await;
    Ok(outcomes)
}

//! No secret of the configuration and none of a client is in anything that the BFF says: logs at level `trace`, replies, the
//! operators' pages, errors of a configuration, `Debug`.

use std::{collections::BTreeSet, env, fs, process};

use anyhow::Result;
use bff_core::config::Sources;
use bff_testkit::{MockServices, mocks::SERVICES};

use crate::{
    canaries::{
        mistakes,
        plant::{BODY, PERSONAL, Plant},
        program::{self, Program},
        provoke::Provoker,
        search::{Canary, search},
    },
    child,
    plan::Plan,
    table::Line,
};

pub(super) const ROW: &str = "canaries";

pub(super) fn run(plan: &Plan, say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Line>> {
    let plant = Plant::new(plan.seed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let lines =
        vec![runtime.block_on(spoken(plan, &plant))?, configurations(plan, &plant)?, debugged(&plant)?];
    lines.iter().filter(|line| !line.holds).for_each(|line| say(&line.figure));
    Ok(lines)
}

/// What a running BFF says, whatever is done to it.
async fn spoken(plan: &Plan, plant: &Plant) -> Result<Line> {
    let services = MockServices::start().await;
    let bff = Program::start(&plan.program, &environment(plant, &services))?;
    let mut provoker = Provoker::new(&bff, &services, plant);
    provoker.provoke(plan.seed).await?;
    let Provoker { mut tokens, replies, asked, .. } = provoker;
    let shown = services.all_seen().into_iter();
    let shown = shown.filter_map(|seen| seen.header("x-internal-token").map(str::to_owned));
    // One token goes with many calls.
    let shown: BTreeSet<_> = shown.collect();
    tokens.extend(shown.into_iter().map(|token| ("sender's token".to_owned(), token)));
    let canaries = plant.canaries(&tokens)?;
    let log = bff.leave()?;
    let mut found = search(&log, &canaries);
    // A client may read what it has misspelt itself and who it is; nobody else may.
    let is_own = |canary: &&Canary| canary.name == BODY || PERSONAL.contains(&canary.name.as_str());
    let of_others: Vec<_> = canaries.iter().filter(|canary| !is_own(canary)).cloned().collect();
    found.extend(search(&replies, &of_others));

    let (mut of_leaked, mut of_planted) = (0, 0);
    for canary in canaries
        .iter()
        .filter(|canary| [canaries[0].name.as_str(), PERSONAL[0]].contains(&canary.name.as_str()))
    {
        let (leaked, planted) = leaked(plan, plant, &services, canary).await?;
        (of_leaked, of_planted) = (of_leaked + leaked, of_planted + planted);
    }
    let is_traced = memchr::memmem::find(&log, b"\"TRACE\"").is_some();
    let kilobytes = (log.len() + replies.len()) >> 10;
    Ok(Line {
        row: ROW,
        what: format!(
            "{asked} provocations, {} secrets, {kilobytes} KiB said at level trace",
            canaries.len()
        ),
        figure: listed(&found),
        holds: found.is_empty(),
        control: format!("{of_leaked} of {of_planted} forms are found where a route leaks them"),
        bites: of_leaked == of_planted && is_traced && !tokens.is_empty(),
    })
}

/// How many forms of a secret are found in what a BFF says that writes them down, and how many it wrote.
async fn leaked(
    plan: &Plan,
    plant: &Plant,
    services: &MockServices,
    canary: &Canary,
) -> Result<(usize, usize)> {
    let bff = Program::start(&plan.program, &environment(plant, services))?;
    let mut provoker = Provoker::new(&bff, services, plant);
    let forms = canary.forms();
    for (_, bytes) in &forms {
        provoker.leak(&String::from_utf8_lossy(bytes)).await?;
    }
    let found = search(&bff.leave()?, std::slice::from_ref(canary));
    let planted: BTreeSet<_> = forms.iter().map(|(form, _)| format!("{} in {form}", canary.name)).collect();
    Ok((found.intersection(&planted).count(), planted.len()))
}

fn environment(plant: &Plant, services: &MockServices) -> Vec<(String, String)> {
    let urls = SERVICES.into_iter().filter(|service| *service != "reports");
    let urls = urls.map(|name| (format!("BFF_SERVICES__{}__URL", name.to_uppercase()), services.url(name)));
    plant.environment().into_iter().chain(urls).collect()
}

/// What is said of configurations that are wrong.
fn configurations(plan: &Plan, plant: &Plant) -> Result<Line> {
    let canaries = plant.canaries(&[])?;
    let (mistakes, mut found, mut taken, mut known) = (mistakes::all(plant), BTreeSet::new(), 0, 0);
    let path = env::temp_dir().join(format!("bff-canary-{}-{}.toml", process::id(), fastrand::u32(..)));
    for mistake in &mistakes {
        fs::write(&path, &mistake.file)?;
        let (said, is_taken) = program::check(&plan.program, &mistake.environment, &path)?;
        found.extend(search(&said, &canaries));
        taken += usize::from(is_taken);
        let text =
            format!("{}{:?}", mistake.file, mistake.environment).replace("\\\\n", "").replace("\\n", "");
        known += usize::from(!search(text.as_bytes(), &canaries).is_empty());
    }
    fs::remove_file(&path)?;
    Ok(Line {
        row: ROW,
        what: format!("{} wrong configurations, checked and started", mistakes.len()),
        figure: format!("{}; {taken} were taken", listed(&found)),
        holds: found.is_empty() && taken == 0,
        control: format!("the secret is found in {known} of their {} texts", mistakes.len()),
        bites: known == mistakes.len(),
    })
}

/// What `Debug` shows of a configuration and of where it comes from.
fn debugged(plant: &Plant) -> Result<Line> {
    let variables = plant.environment();
    let sources = Sources::builtin("canary.toml", child::bff().builtin_config().text)
        .with_environment(variables.clone());
    let config = child::bff().check(&sources)?;
    let shown = format!("{sources:?} {config:?} {config:#?}");
    let canaries = plant.canaries(&[])?;
    let found = search(shown.as_bytes(), &canaries);
    let control = search(format!("{variables:?}").as_bytes(), &canaries);
    Ok(Line {
        row: ROW,
        what: "Debug of a configuration and its sources".to_owned(),
        figure: listed(&found),
        holds: found.is_empty(),
        control: format!("{} secrets are found in its variables", control.len()),
        bites: control.len() >= 4,
    })
}

fn listed(found: &BTreeSet<String>) -> String {
    if found.is_empty() {
        "nothing found".to_owned()
    } else {
        format!("found: {}", found.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    }
}

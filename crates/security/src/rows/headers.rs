//! Whatever headers, trailers and framings a client sends: every service sees one identity, the verified one, one request id and
//! no header from outside, and what is no HTTP leads to no call.

use std::thread;

use anyhow::{Result, anyhow};
use bff_testkit::TestBff;

use crate::{
    headers::{
        callers::{self, Caller},
        lane::{self, Tally},
        leaky::{self, Leak},
        subject::{SUBJECTS, Subject},
    },
    plan::Plan,
    table::Line,
};

pub(super) const ROW: &str = "headers";

/// Enough for a proxy that leaks to be caught many times over.
const CONTROL: u32 = 300;

pub(super) fn run(plan: &Plan, say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Line>> {
    let tallies = thread::scope(|scope| {
        let lanes: Vec<_> = SUBJECTS
            .iter()
            .map(|subject| (subject, scope.spawn(|| lane::run(subject, plan.seed, plan.requests))))
            .collect();
        let ended = |lane: thread::ScopedJoinHandle<'_, Result<Tally>>| {
            lane.join().unwrap_or_else(|_| Err(anyhow!("it panicked")))
        };
        lanes.into_iter().map(|(subject, lane)| Ok((subject, ended(lane)?))).collect::<Result<Vec<_>>>()
    })?;
    let control = control(plan.seed)?;
    Ok(tallies.iter().flat_map(|(subject, tally)| lines(subject, tally, &control, plan, say)).collect())
}

fn lines(
    subject: &Subject,
    tally: &Tally,
    control: &Control,
    plan: &Plan,
    say: &(dyn Fn(&str) + Sync),
) -> [Line; 2] {
    let Tally { requests, over_http2, served, refused, calls, over_grpc, breaches, first } = tally;
    if let Some(breach) = first {
        let lane::Breach { number, kind, what, request } = breach;
        say(&format!("seed {}, {}, request {number} ({kind}): {what}\n{request}", plan.seed, subject.name));
    }
    let name = subject.name;
    let identities = Line {
        row: ROW,
        what: format!("{name}: {requests} requests, {over_http2} over HTTP/2"),
        figure: format!("{calls} calls, {over_grpc} over gRPC; {breaches} breaches"),
        holds: *breaches == 0 && *calls > 0 && *over_grpc > 0,
        control: control.text(),
        bites: control.bites(),
    };
    let refusals = Line {
        row: ROW,
        what: format!("{name}: malformed or by nobody"),
        figure: format!("{refused} refused, none led to a call"),
        holds: *breaches == 0 && *refused > 0,
        control: format!("{served} well-formed ones were served"),
        bites: *served > 0 && *calls >= *served as usize,
    };
    [identities, refusals]
}

/// What the judge says of proxies, each with the same requests.
struct Control {
    everything: Tally,
    other_spellings: Tally,
    nothing: Tally,
}

impl Control {
    fn text(&self) -> String {
        format!(
            "of {CONTROL} it reports {} of a proxy that forwards all, {} of one that forwards other spellings, {} of one that forwards nothing",
            self.everything.breaches, self.other_spellings.breaches, self.nothing.breaches
        )
    }

    fn bites(&self) -> bool {
        let asked = [&self.everything, &self.other_spellings, &self.nothing]
            .iter()
            .all(|run| run.requests == CONTROL);
        asked
            && self.everything.breaches > CONTROL / 2
            && self.other_spellings.breaches > 0
            && self.nothing.breaches == 0
    }
}

fn control(seed: u64) -> Result<Control> {
    let subject = &SUBJECTS[1];
    let callers = callers(subject)?;
    let run = |leak| leaky::run(leak, subject, &callers, seed, CONTROL);
    Ok(Control {
        everything: run(Leak::Everything)?,
        other_spellings: run(Leak::OtherSpellings)?,
        nothing: run(Leak::Nothing)?,
    })
}

fn callers(subject: &Subject) -> Result<Vec<Caller>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(async {
        let bff = TestBff::start((subject.bff)()).await;
        callers::of(&bff, subject.accounts)
    }))
}

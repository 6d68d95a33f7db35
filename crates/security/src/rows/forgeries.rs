//! No token is believed that differs from a good one in any one thing: it is refused with a code, no service is called for it,
//! and nobody goes where it leads.

use anyhow::Result;

use crate::{
    forgeries::{
        self,
        canary::Canary,
        lane::{self, Tally},
        signer::Signer,
    },
    table::Line,
};

pub(super) const ROW: &str = "forgeries";

/// How many breaches of one issuer are told.
const SAID: usize = 10;

pub(super) fn run(say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Line>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let signers = Signer::all().await;
        let bff = lane::start(&signers).await;
        let mut lines = Vec::new();
        for signer in &signers {
            let canary = Canary::start()?;
            let forger = signer.forger().await;
            let others = signers.iter().filter(|other| other.alg != signer.alg).collect();
            let all = forgeries::of(signer, &forger, others, canary.url());
            let is_forged = all.iter().all(|forged| forged.token != forged.good.as_bytes());
            let tally = lane::attack(&bff, &all).await?;
            let visits = canary.take();
            canary.visit()?;
            let is_counted = canary.take() == 1;
            for breach in tally.breaches.iter().take(SAID) {
                say(&format!("{}: {breach}", signer.alg));
            }
            lines.push(line(signer.alg, &tally, visits, is_forged && is_counted));
        }
        Ok(lines)
    })
}

fn line(alg: &str, tally: &Tally, visits: usize, is_sound: bool) -> Line {
    let Tally { forged, accepted, otherwise, calls, good, served, .. } = tally;
    Line {
        row: ROW,
        what: format!("{forged} forged tokens of an issuer of {alg}"),
        figure: format!(
            "{accepted} accepted, {otherwise} refused otherwise, {calls} calls, {visits} visits to a canary"
        ),
        holds: accepted + otherwise + calls + visits == 0 && *forged > 0,
        control: format!("{served} of {good} good ones from which they differ are served; the canary counts"),
        bites: served == good && *good > 1 && is_sound,
    }
}

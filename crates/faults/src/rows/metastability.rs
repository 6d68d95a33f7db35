//! Metastability: for a while a service gets twice what it bears, then less than it bears. It must not stay down.

use std::time::Duration;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;

use crate::behaviour::Behaviour;
use crate::lab::{Lab, NAIVE_RETRIES, NO_BREAKER, NO_BULKHEAD};
use crate::load::Load;
use crate::replies::percent_whole;

pub(crate) const ROW: &str = "4 metastability";

/// Ten places of 50 ms: 200 requests a second.
const PLACES: (usize, Duration) = (10, Duration::from_millis(50));
const SPIKE: u32 = 400;
const AFTER: u32 = 160;
const GOAL: f64 = 99.0;

/// In both runs: an attempt may take six times what it takes, so that three retries fit into a call.
const SHORT_ATTEMPTS: [(&str, &str); 1] = [("services.c.attempt_timeout", "300ms")];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let defence = Settings::default().with(SHORT_ATTEMPTS);
    let naive = defence.clone().with(NAIVE_RETRIES).with(NO_BREAKER).with(NO_BULKHEAD);
    let whole = spike(plan, "400/s at 200/s, then 160/s", &defence).await?;
    let control = spike(plan, "the same, retries as usual", &naive).await?;
    Ok(vec![Line {
        row: ROW,
        what: "whole replies from 5 s after a spike of twice the capacity".to_owned(),
        figure: format!("{whole:.1} %"),
        goal: format!("at least {GOAL} %"),
        met: whole >= GOAL,
        control: format!("{control:.1} %, 3 retries without budget, breaker, bulkhead"),
    }])
}

/// Percent of whole replies from 5 s after the spike on.
async fn spike(plan: &Plan, run: &str, settings: &Settings) -> Result<f64> {
    let lab = Lab::begin(plan, ROW, run, settings).await?;
    let (only, grace) = (["/only"], Duration::from_secs(2));
    // From the start, so that what it usually takes is known: it is the load that changes here, and not the service.
    lab.c.set(Behaviour::places(PLACES.0, PLACES.1));
    Load::start(&lab, &only, AFTER, plan.seconds(3)).finish(grace).await?;
    let spike = Load::start(&lab, &only, SPIKE, plan.seconds(10));
    tokio::time::sleep(plan.seconds(10)).await;
    let after = Load::start(&lab, &only, AFTER, plan.seconds(15)).finish(grace).await?;
    spike.finish(Duration::ZERO).await?;
    let from = after.first().map(|first| first.intended + plan.seconds(5));
    let later: Vec<_> = after.iter().filter(|request| Some(request.intended) >= from).collect();
    Ok(percent_whole(&later))
}

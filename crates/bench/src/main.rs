//! `just bench`: what a screen costs beside the floor and a naive baseline, all measured in one go.
//!
//! Every round measures every gateway once, in an order that rotates, because the same binary moves by 6 to 12 %
//! between runs: only what was measured side by side may be compared.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are what this program is for")]
#![expect(clippy::disallowed_methods, reason = "a load generator serves no requests")]

mod check;
mod gateway;
mod keys;
mod load;
mod measure;
mod pace;
mod report;
mod sample;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use bff_bench::process::{self, Running};
use bff_bench::runner;
use bff_bench::settings::Settings;
use bff_redis_server::Redis;
use bff_testkit::Collector;
use clap::Parser;
use serde_json::json;

use gateway::{Beside, Gateway};
use keys::Keys;
use measure::{Figures, Plan};
use report::Ratio;

/// Measures what a screen costs: processor time, latency and memory of each gateway.
#[derive(Parser)]
struct Options {
    /// Rounds; each measures every gateway once
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds of each measurement: at saturation, then at the fixed rate
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Keep-alive connections of the load
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Requests a second at the fixed rate
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Callers on the connections, in turn [default: one on each]. With fewer, calls of one caller become one, and the run ends
    /// since it is no run of three calls a request
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000))]
    callers: Option<u16>,
    /// Gateways to measure, and "keys": what kept replies take
    #[arg(long, value_delimiter = ',', default_value = gateway::ROWS)]
    only: Vec<String>,
    /// Keys that are asked for in "keys"
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(20_000..=10_000_000))]
    keys: u32,
    /// A bff-bench-screen of an earlier commit, to be measured beside this one's (just bench-against)
    #[arg(long, value_name = "FILE")]
    earlier: Option<PathBuf>,
    /// Also writes every round and the ratios to this file
    #[arg(long)]
    json: Option<PathBuf>,
    /// Ends with status 1 when a goal is missed or was not measured
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    // Not returned as an error: its Debug would print a backtrace of the runner, where the gateway is to blame.
    start(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn start(options: &Options) -> Result<ExitCode> {
    ensure!(cfg!(target_os = "linux"), "processor time and memory of a process are read as on Linux only");
    // The gateway should be what is short of processors: the load costs about a tenth of a request.
    let threads = std::thread::available_parallelism()?.get().div_ceil(4);
    // Thousands of idle connections, here and in the gateways.
    runner::run(threads, 6000, run(options))
}

async fn run(options: &Options) -> Result<ExitCode> {
    let plan = Plan {
        rounds: options.rounds,
        seconds: options.seconds,
        connections: options.connections.into(),
        callers: options.callers.unwrap_or(options.connections).into(),
        rate: options.rate,
    };
    let (settings, services) = gateway::services()?;
    // Those that nobody else uses, for as long as this runs.
    let needs = |keys: &[char]| options.only.iter().any(|row| keys.iter().any(|key| *row == key.to_string()));
    let redis = needs(&[gateway::SHARED]).then(Redis::start);
    let collector = needs(&gateway::TRACED).then(Collector::start);
    let beside =
        Beside { redis: redis.as_ref().map(Redis::url), collector: collector.as_ref().map(Collector::url) };
    let all = gateway::all(&settings, options.earlier.as_deref(), &beside)?;
    let chosen = choose(&all, &options.only)?;
    let of_gateways = chosen.iter().flat_map(|gateway| gateway.before.iter().chain([&gateway.program]));
    of_gateways.chain([&services]).try_for_each(process::build)?;
    if cfg!(debug_assertions) {
        println!("This is a debug build: its figures say nothing. Use cargo run --release.");
    }
    let _services = Running::start(&services).await?;

    let figures = rounds(&plan, &settings, &chosen).await?;
    let ratios = Ratio::all(&figures);
    let keys = if options.only.iter().any(|row| row == keys::ROW) {
        Some(keys::measure(&settings, options.keys).await.context(keys::ROW)?)
    } else {
        None
    };
    if !chosen.is_empty() {
        println!("{}", report::text(&plan, &chosen, &figures, &ratios));
    }
    if let Some(keys) = &keys {
        println!("{}", keys.text());
    }
    if let Some(file) = &options.json {
        let cores = std::thread::available_parallelism()?;
        let written =
            json!({ "cores": cores, "plan": plan, "rounds": figures, "ratios": ratios, "keys": keys });
        std::fs::write(file, format!("{written:#}\n")).with_context(|| file.display().to_string())?;
    }
    let met = Ratio::goals_are_met(&ratios) && keys.as_ref().is_some_and(Keys::is_met);
    Ok(if options.check && !met { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn rounds(plan: &Plan, settings: &Settings, chosen: &[&Gateway]) -> Result<Vec<Figures>> {
    let mut figures = Vec::new();
    for round in 1..=plan.rounds {
        let mut order = chosen.to_vec();
        order.rotate_left((round as usize - 1) % chosen.len().max(1));
        for gateway in order {
            println!("round {round} of {}: {} {}", plan.rounds, gateway.key, gateway.name);
            let measured = measure::measure(gateway, settings, plan, round).await;
            figures.push(measured.with_context(|| format!("gateway {} {}", gateway.key, gateway.name))?);
        }
    }
    Ok(figures)
}

/// The gateways among the chosen rows, and the earlier one whenever it is there.
fn choose<'a>(all: &'a [Gateway], rows: &[String]) -> Result<Vec<&'a Gateway>> {
    let known: Vec<_> = all.iter().map(|gateway| gateway.key.to_string()).collect();
    if let Some(unknown) = rows.iter().find(|row| *row != keys::ROW && !known.contains(row)) {
        bail!("no row {unknown}, only {},{}", known.join(","), keys::ROW);
    }
    let is_chosen =
        |gateway: &&Gateway| gateway.key == gateway::EARLIER || rows.contains(&gateway.key.to_string());
    Ok(all.iter().filter(is_chosen).collect())
}

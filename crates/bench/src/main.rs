//! `just bench`: what a screen costs beside the floor and a naive baseline, all measured in one go.
//!
//! Every round measures every gateway once, in an order that rotates, because the same binary moves by 6 to 12 %
//! between runs: only what was measured side by side may be compared.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are what this program is for")]
#![expect(clippy::disallowed_methods, reason = "a load generator serves no requests")]

mod check;
mod gateway;
mod load;
mod measure;
mod pace;
mod report;
mod sample;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use bff_bench::process::{self, Running};
use bff_bench::runner;
use clap::Parser;
use serde_json::json;

use gateway::Gateway;
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
    /// Gateways to measure
    #[arg(long, value_delimiter = ',', default_value = gateway::MEASURED_BY_DEFAULT)]
    only: Vec<char>,
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
        rate: options.rate,
    };
    let (settings, services) = gateway::services()?;
    let all = gateway::all(&settings, options.earlier.as_deref())?;
    let mut chosen = choose(&all, &options.only)?;
    chosen.extend(
        all.iter().filter(|gateway| gateway.key == gateway::EARLIER && !options.only.contains(&gateway.key)),
    );
    let of_gateways = chosen.iter().flat_map(|gateway| gateway.before.iter().chain([&gateway.program]));
    of_gateways.chain([&services]).try_for_each(process::build)?;
    if cfg!(debug_assertions) {
        println!("This is a debug build: its figures say nothing. Use cargo run --release.");
    }
    let _services = Running::start(&services).await?;

    let mut figures: Vec<Figures> = Vec::new();
    for round in 1..=plan.rounds {
        let mut order = chosen.clone();
        order.rotate_left((round as usize - 1) % chosen.len());
        for gateway in order {
            println!("round {round} of {}: {} {}", plan.rounds, gateway.key, gateway.name);
            let measured = measure::measure(gateway, &settings, &plan, round).await;
            figures.push(measured.with_context(|| format!("gateway {} {}", gateway.key, gateway.name))?);
        }
    }

    let ratios = Ratio::all(&figures);
    println!("{}", report::text(&plan, &chosen, &figures, &ratios));
    if let Some(file) = &options.json {
        let cores = std::thread::available_parallelism()?;
        let written = json!({ "cores": cores, "plan": plan, "rounds": figures, "ratios": ratios });
        std::fs::write(file, format!("{written:#}\n")).with_context(|| file.display().to_string())?;
    }
    Ok(if options.check && !Ratio::goals_are_met(&ratios) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn choose<'a>(all: &'a [Gateway], keys: &[char]) -> Result<Vec<&'a Gateway>> {
    let known: String = all.iter().map(|gateway| gateway.key).collect();
    let find = |key: &char| all.iter().find(|gateway| gateway.key == *key);
    keys.iter().map(|key| find(key).with_context(|| format!("no gateway {key}, only {known}"))).collect()
}

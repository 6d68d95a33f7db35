//! `just faults`: what a BFF does when its services fail.
//!
//! Every row starts a BFF of its own (`bff-faults-screen`) and services that are scripted in this process, breaks one of
//! them under load, and holds the BFF to a goal. Beside each figure stands that of a run without the defence in question:
//! a fault that does no harm there would prove nothing here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are what this program is for")]
#![expect(clippy::disallowed_methods, reason = "a load generator serves no requests")]

mod behaviour;
mod callers;
mod connection;
mod lab;
mod load;
mod plan;
mod replies;
mod rows;
mod service;
mod table;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use bff_bench::{process, runner};
use clap::Parser;

use plan::Plan;
use rows::Row;
use table::Line;

/// Breaks services under load and prints what the BFF makes of it.
#[derive(Parser)]
struct Options {
    /// Rows to run
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Row>,
    /// Multiplies the length of every run, for a quick look
    #[arg(long, default_value_t = 1.0)]
    seconds_scale: f64,
    /// Ends with status 1 when a goal is missed
    #[arg(long)]
    check: bool,
    /// Prints the configuration keys of every run
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    start(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn start(options: &Options) -> Result<ExitCode> {
    ensure!(cfg!(target_os = "linux"), "memory and descriptors of a process are read as on Linux only");
    ensure!((0.05..=10.0).contains(&options.seconds_scale), "--seconds-scale is a number from 0.05 to 10");
    // A run without deadlines keeps thousands of connections open, here and in the BFF.
    runner::run(2, 8000, run(options))
}

async fn run(options: &Options) -> Result<ExitCode> {
    process::build(&lab::program(service::free_address()?))?;
    if cfg!(debug_assertions) {
        println!("This is a debug build: its latencies say little. Use cargo run --release.");
    }
    let plan = Plan::new(options.seconds_scale, options.verbose);
    let mut lines = Vec::new();
    for row in if options.only.is_empty() { Row::ALL } else { &options.only } {
        match row.run(&plan).await {
            Ok(of_row) => lines.extend(of_row),
            Err(error) => lines.push(Line {
                row: row.name(),
                what: "could not be measured".to_owned(),
                figure: format!("{error:#}"),
                goal: String::new(),
                met: false,
                control: String::new(),
            }),
        }
    }
    println!("\n{}\n\n{}", table::text(&lines), plan.legend()?);
    let missed = lines.iter().any(|line| !line.met);
    Ok(if options.check && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

//! The program around the rows: its options, its order, its exit code.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use bff_bench::process::{self, Program};
use bff_bench::runner;
use clap::{Args, ValueEnum};

use crate::plan::Plan;
use crate::table::{self, Line};

/// One thing that is done to a BFF, and what comes of it.
pub trait Row: ValueEnum + Copy + Send + Sync + 'static {
    /// As the table has it.
    fn name(self) -> &'static str;

    /// Measures it, with the defence and without.
    fn run(self, plan: &Plan) -> impl Future<Output = Result<Vec<Line>>>;
}

/// What can be said on the command line.
#[derive(Args)]
pub struct Options<R: Row> {
    /// Rows to run
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<R>,
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

/// Runs the rows and prints their table. `bff` is the program that they start, `files` how many it and this one may have open.
#[expect(clippy::print_stderr, reason = "why nothing was measured is for whoever waits")]
pub fn main<R: Row>(options: &Options<R>, bff: Result<Program>, files: u64) -> ExitCode {
    start(options, bff, files).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn start<R: Row>(options: &Options<R>, bff: Result<Program>, files: u64) -> Result<ExitCode> {
    ensure!(cfg!(target_os = "linux"), "memory and descriptors of a process are read as on Linux only");
    ensure!((0.05..=10.0).contains(&options.seconds_scale), "--seconds-scale is a number from 0.05 to 10");
    process::build(&bff?)?;
    runner::run(2, files, run(options))
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
async fn run<R: Row>(options: &Options<R>) -> Result<ExitCode> {
    if cfg!(debug_assertions) {
        println!("This is a debug build: its latencies say little. Use cargo run --release.");
    }
    let plan = Plan::new(options.seconds_scale, options.verbose);
    let mut lines = Vec::new();
    for row in if options.only.is_empty() { R::value_variants() } else { &options.only } {
        let measured = row.run(&plan).await;
        lines.extend(measured.unwrap_or_else(|error| vec![Line::unmeasured(row.name(), &error)]));
    }
    println!("\n{}\n\n{}", table::text(&lines), plan.legend()?);
    let missed = lines.iter().any(|line| !line.met);
    Ok(if options.check && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

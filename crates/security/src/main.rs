//! `just security`: attacks on the identity boundary, and a table of what came of them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a table is what this program is for")]

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use bff_security::{
    child,
    plan::Plan,
    rows::Row,
    table::{self, Line},
};
use clap::Parser;

/// Attacks the three BFFs and prints what came of it. Ends with status 1 if a promise is broken or a control finds nothing.
#[derive(Parser)]
struct Options {
    /// Rows to run
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Row>,
    /// Runs what another run has run: the number that it printed
    #[arg(long)]
    seed: Option<u64>,
    /// Requests to each BFF in the row `headers`
    #[arg(long, default_value_t = 100_000)]
    requests: u32,
    /// Tokens of unknown keys in the row `kids`
    #[arg(long, default_value_t = 10_000)]
    kids: u32,
}

fn main() -> ExitCode {
    // The BFF whose output is searched is this program too.
    if let Some(bff) = child::requested() {
        return bff.main();
    }
    run(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn run(options: &Options) -> Result<ExitCode> {
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
    let program = std::env::current_exe().context("where this program is")?;
    let plan = Plan { seed, requests: options.requests, kids: options.kids, program };
    println!("seed {seed}: --seed {seed} runs the same again");
    let mut lines = Vec::new();
    for row in if options.only.is_empty() { Row::ALL } else { &options.only } {
        let say = |text: &str| eprintln!("{}: {text}", row.name());
        match row.run(&plan, &say) {
            Ok(of_row) => {
                for line in &of_row {
                    say(&format!("{}: {} {}", line.what, line.figure, line.verdict()));
                }
                lines.extend(of_row);
            }
            Err(error) => lines.push(Line {
                row: row.name(),
                what: "could not be tried".to_owned(),
                figure: format!("{error:#}"),
                holds: false,
                control: String::new(),
                bites: false,
            }),
        }
    }
    println!("\n{}", table::text(&lines));
    Ok(if lines.iter().all(Line::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

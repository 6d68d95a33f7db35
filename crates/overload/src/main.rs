//! `just overload`: what a BFF does with more than it may or can answer.
//!
//! Every row starts BFFs of its own (`bff-overload-screen`), asks them for too much, and holds them to a goal. Beside each figure
//! stands that of a run without the defence in question: what does no harm there would prove nothing here.
#![expect(clippy::disallowed_methods, reason = "a load generator serves no requests")]

mod closed;
mod connection;
mod house;
mod load;
mod pin;
mod rows;
mod schedule;
mod seen;
mod service;

use std::process::ExitCode;

use bff_faults::{ports, program};
use clap::Parser;

use rows::Row;

/// A BFF that refuses nobody has thousands of connections open.
const FILES: u64 = 10_000;

/// Asks BFFs for too much and prints what they make of it.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: program::Options<Row>,
}

fn main() -> ExitCode {
    program::main(&Program::parse().options, ports::free_address().map(house::program), FILES)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Program::command().debug_assert();
    }
}

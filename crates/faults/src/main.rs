//! `just faults`: what a BFF does when its services fail.
//!
//! Every row starts a BFF of its own (`bff-faults-screen`) and services that are scripted in this process, breaks one of
//! them under load, and holds the BFF to a goal. Beside each figure stands that of a run without the defence in question:
//! a fault that does no harm there would prove nothing here.
#![expect(clippy::disallowed_methods, reason = "a load generator serves no requests")]

mod behaviour;
mod connection;
mod lab;
mod load;
mod replies;
mod rows;
mod service;

use std::process::ExitCode;

use bff_faults::{ports, program};
use clap::Parser;

use rows::Row;

/// A run without deadlines keeps thousands of connections open, here and in the BFF.
const FILES: u64 = 8000;

/// Breaks services under load and prints what the BFF makes of it.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: program::Options<Row>,
}

fn main() -> ExitCode {
    program::main(&Program::parse().options, ports::free_address().map(lab::program), FILES)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Program::command().debug_assert();
    }
}

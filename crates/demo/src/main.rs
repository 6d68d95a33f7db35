//! `just demo`, `just token`, `just smoke`, `just drill`, `just browser` and `just limits`: the three BFFs in one process, on mocked services, and what one
//! says of its limits.
//!
//! Everything listens on loopback, and the issuer's key is public: nothing here is for anybody but developers.

mod browser;
mod control;
mod demo;
mod drill;
mod house;
mod limits;
mod lines;
mod plan;
mod ports;
mod routes;
mod screens;
mod smoke;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand, builder::NonEmptyStringValueParser};

use crate::{
    house::{Which, token},
    ports::Ports,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The three BFFs on mocked services, in one process.
#[derive(Parser)]
#[command(name = "bff-demo")]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves all screens and prints a curl line for each, until Ctrl-C
    Demo(Ports),
    /// Serves the mocked services alone, for a BFF that you start yourself, until Ctrl-C
    Services(Ports),
    /// Prints a bearer token that is good for 24 hours, trusted by the demo and by tests only
    Token {
        /// Its `sub`: alice, bob, chen, zoe, dmitri, erin, or mallory whom no service knows
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        user: String,
        /// The BFF that it is for
        #[arg(long, value_enum, default_value_t = Which::Web)]
        bff: Which,
        /// Its partner account: acme, nordic, meridian or lumen [default for the partner BFF: acme]
        #[arg(long)]
        account: Option<String>,
    },
    /// Asks every screen in its normal and degraded forms and compares; exits with 1 if anything differs
    Smoke,
    /// Prints every route: who may call it, its screen, its deadline and the services that it calls; exits with 1 if one does not
    /// answer its example
    Routes {
        /// The BFFs; all of them if none is given
        #[arg(value_enum)]
        bffs: Vec<Which>,
    },
    /// Prints every screen's calls, which wait for which, the worst-case time and the most attempts; exits with 1 if one may
    /// need more time than it has
    Plan {
        /// The BFFs; all of them if none is given
        #[arg(value_enum)]
        bffs: Vec<Which>,
        /// A configuration to plan with, in place of the BFF's own; with one BFF
        #[arg(long, requires = "bffs")]
        config: Option<PathBuf>,
    },
    /// Runs the house under load with a Prometheus and the generated rules, breaks services, and compares the alerts with what must
    /// fire; exits with 1 if they differ
    Drill(drill::Options),
    /// Shows a page of another origin to headless Chromium, with the Server-Timing of the overview, and keeps a picture of it; exits
    /// with 1 if the page does not see what it must
    Browser(browser::Options),
    /// Shows who is being limited, every second until Ctrl-C; exits with 1 if nobody answers
    Limits(limits::Options),
}

fn main() -> ExitCode {
    match Options::parse().command {
        Command::Demo(ports) => exit(demo::run(&ports).map(|()| true)),
        Command::Services(ports) => exit(demo::run_services(&ports).map(|()| true)),
        Command::Smoke => exit(smoke::run()),
        Command::Routes { bffs } => exit(routes::run(or_all(&bffs))),
        Command::Plan { bffs, config } => exit(plan::run(or_all(&bffs), config.as_deref())),
        Command::Drill(options) => exit(drill::run(options)),
        Command::Browser(options) => exit(browser::run(&options)),
        Command::Limits(options) => exit(limits::run(&options)),
        Command::Token { user, bff, account } => {
            let token = token(bff, &user, account.as_deref()).sign();
            // Whoever closed the pipe has seen enough.
            let _ = writeln!(io::stdout(), "{token}");
            ExitCode::SUCCESS
        }
    }
}

fn or_all(bffs: &[Which]) -> &[Which] {
    if bffs.is_empty() { &Which::ALL } else { bffs }
}

fn exit(result: Result<bool, house::StartError>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

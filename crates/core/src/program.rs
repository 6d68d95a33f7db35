//! A BFF as a program: its command line, its log, its signals.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Arg, ArgAction, Command, value_parser};

mod keys;

use crate::{
    bff::{Bff, StartError},
    config::Sources,
    telemetry::{log::event, sink::Sink},
};

impl Bff {
    /// The program: reads the command line and the environment, serves until SIGTERM or SIGINT, drains, and exits with 0.
    pub fn main(self) -> ExitCode {
        match self.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let _ = writeln!(io::stderr(), "{error}");
                ExitCode::FAILURE
            }
        }
    }

    fn run(self) -> Result<(), StartError> {
        let name = self.name();
        let arguments = self.command().get_matches();
        let file = arguments.get_one::<PathBuf>("config");
        let sources = file.map_or_else(|| Ok(self.builtin_config()), Sources::read)?;
        let sources = sources.with_environment(std::env::vars_os());
        match arguments.subcommand() {
            Some((keys::NEW, arguments)) => return keys::new(&self, &sources, arguments),
            Some((keys::LIST, arguments)) => return keys::list(&sources, arguments),
            _ => {}
        }
        if arguments.get_flag("check-config") {
            self.check(&sources)?;
            let _ = writeln!(io::stdout(), "{name}: the configuration is valid");
            return Ok(());
        }
        self.serve(&sources)
    }

    /// Serves until SIGTERM or SIGINT, logs to standard output, and drains.
    ///
    /// # Errors
    ///
    /// As [`Bff::start`].
    pub fn serve(self, sources: &Sources) -> Result<(), StartError> {
        let name = self.name();
        let config = self.check(sources)?;
        let (sink, writer) = Sink::stdout();
        event::install(Some(name), &config.log.level, config.log.format, &sink)
            .map_err(|error| StartError(format!("log.level = {:?}: {error}", config.log.level)))?;
        let running = self.start_with(config, Some(sink.clone()));
        let result = running.map(|running| {
            tracing::info!(address = %running.address(), admin = %running.admin_address(), "{name} is ready");
            let signal = until_signal();
            tracing::info!(%signal, "draining");
            running.drain();
            tracing::info!("drained");
        });
        sink.close();
        let _ = writer.join();
        result
    }

    fn command(&self) -> Command {
        let config = Arg::new("config").long("config").value_name("FILE").env("BFF_CONFIG").global(true);
        Command::new(self.name())
            .about("Serves its screens until SIGTERM or SIGINT, then drains and exits with 0.")
            .after_help("Environment variables such as BFF_SERVER__LISTEN=127.0.0.1:9000 override the file.")
            .arg(
                config
                    .value_parser(value_parser!(PathBuf))
                    .help("Configuration file, instead of the one built in"),
            )
            .arg(
                Arg::new("check-config")
                    .long("check-config")
                    .action(ArgAction::SetTrue)
                    .help("Checks the configuration and exits"),
            )
            .subcommands(keys::commands())
    }
}

/// Waits for SIGTERM or SIGINT. A second one ends the process at once, for whoever won't wait.
fn until_signal() -> &'static str {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return "no runtime to wait for signals";
    };
    let name = runtime.block_on(signal());
    std::thread::spawn(move || {
        runtime.block_on(signal());
        std::process::exit(130);
    });
    name
}

async fn signal() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut term), Ok(mut int)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            return tokio::select! {
                _ = term.recv() => "SIGTERM",
                _ = int.recv() => "SIGINT",
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    "ctrl-c"
}

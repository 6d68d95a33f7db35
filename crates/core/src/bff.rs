//! [`Bff`]: routes and a configuration, made into a server that runs until it has drained.

use std::{
    collections::BTreeSet,
    fmt,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::{Arg, ArgAction, Command, value_parser};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    auth::Verifier,
    call::{ServiceSet, SharedService},
    config::{self, Config, ConfigErrors, LogFormat, Sources},
    front_door::{
        Shared,
        server::{self, Running},
    },
    routes::Routes,
    telemetry::log::{AccessLog, Sink},
};

/// One BFF: a name, the configuration that it brings, the services that it calls and its routes.
///
/// ```no_run
/// use bff_core::prelude::*;
///
/// async fn hello() -> &'static str {
///     "hello"
/// }
///
/// fn main() -> std::process::ExitCode {
///     Bff::new("hello", "config.toml", "auth.public_only = true")
///         .routes(Routes::new().get("/hello", hello, public()))
///         .main()
/// }
/// ```
#[derive(Clone)]
pub struct Bff {
    name: &'static str,
    config_name: &'static str,
    config: &'static str,
    services: Vec<(&'static str, bool)>,
    routes: Routes,
}

/// Why a BFF did not start.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<ConfigErrors> for StartError {
    fn from(errors: ConfigErrors) -> Self {
        Self(errors.to_string())
    }
}

impl Bff {
    /// A BFF with the text of its own `config.toml`, and that file's name for error messages.
    pub fn new(name: &'static str, config_name: &'static str, config: &'static str) -> Self {
        Self { name, config_name, config, services: Vec::new(), routes: Routes::new() }
    }

    /// Declares the service clients that the handlers use, so that a missing address is found at start-up:
    /// `.services::<(Users, Orders)>()`.
    #[must_use]
    pub fn services<S: ServiceSet>(mut self) -> Self {
        self.services.extend(S::declare());
        self
    }

    /// Adds routes.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Its name, such as `bff-web`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it declares a client of this service.
    pub fn uses(&self, service: &str) -> bool {
        self.services.iter().any(|(name, _)| *name == service)
    }

    /// Its own configuration, before files and environment.
    pub fn builtin_config(&self) -> Sources {
        Sources::builtin(self.config_name, self.config)
    }

    /// The configuration of these sources, or all that is wrong with it.
    pub fn check(&self, sources: &Sources) -> Result<Config, StartError> {
        let names: Vec<&str> = self.services.iter().map(|(name, _)| *name).collect();
        let config = config::load(sources, &names)?;
        self.check_routes()?;
        Ok(config)
    }

    /// The same method and path twice would be a panic inside the router.
    fn check_routes(&self) -> Result<(), StartError> {
        let mut seen = BTreeSet::new();
        for route in self.routes.iter() {
            let name = format!("{} {}", route.method.as_ref().map_or("", http::Method::as_str), route.path);
            if !route.path.starts_with('/') {
                return Err(StartError(format!("the route {name} does not begin with /")));
            }
            if !seen.insert(name.clone()) {
                return Err(StartError(format!("the route {name} is there twice")));
            }
        }
        Ok(())
    }

    /// Starts it on threads of its own. `log` takes the line of each request; `None` for no lines.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the configuration, all at once; an address that can't be listened on.
    pub fn start(self, sources: &Sources, log: Option<Sink>) -> Result<Running, StartError> {
        let config = self.check(sources)?;
        self.start_with(config, log)
    }

    fn start_with(self, config: Config, log: Option<Sink>) -> Result<Running, StartError> {
        // Fails only if a provider is installed already, which is then the one to use.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let verifier = Verifier::new(&config.auth).map_err(|errors| {
            StartError(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        })?;
        let services = self.services.iter().map(|(name, grpc)| {
            let config = config.services.get(*name).cloned().unwrap_or_default();
            Arc::new(SharedService { name, grpc: *grpc, config, counters: Arc::default() })
        });
        let services = services.collect();
        let log = AccessLog::new(self.name, log.filter(|_| config.log.access), config.log.format);
        let shared = Shared { config, verifier, log };
        server::start(shared, services, self.routes)
            .map_err(|error| StartError(format!("{} can't start: {error}", self.name)))
    }

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
        let name = self.name;
        let arguments = self.command().get_matches();
        let file = arguments.get_one::<PathBuf>("config");
        let sources = file.map_or_else(|| Ok(self.builtin_config()), Sources::read)?;
        let sources = sources.with_environment(std::env::vars_os());
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
        let name = self.name;
        let config = self.check(sources)?;
        let (sink, writer) = Sink::stdout();
        log_events(&config, &sink)?;
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
        let config = Arg::new("config").long("config").value_name("FILE").env("BFF_CONFIG");
        Command::new(self.name)
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
    }
}

/// Events of `tracing` go where request lines go.
fn log_events(config: &Config, sink: &Sink) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(&config.log.level)
        .map_err(|error| StartError(format!("log.level = {:?}: {error}", config.log.level)))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(sink.clone());
    // A subscriber that is there already was put there on purpose.
    let _ = match config.log.format {
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
        LogFormat::Pretty => {
            registry.with(lines.compact().without_time().with_ansi(io::stdout().is_terminal())).try_init()
        }
        LogFormat::Off => registry.try_init(),
    };
    Ok(())
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

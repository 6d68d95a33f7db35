//! `new-key` and `list-keys`: the commands of a BFF for its API keys.
//!
//! They read `[auth.api_keys]` and look at nothing else, so that keys can be made before a BFF has all that it needs to start. A
//! running BFF finds a new key by itself.

mod new_key;

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{Arg, ArgMatches, Command, builder::NonEmptyStringValueParser, value_parser};

use crate::{
    bff::{Bff, StartError},
    config::{self, ApiKeysConfig, ConfigErrors, KeyFile, Sources},
};

pub(super) const NEW: &str = "new-key";
pub(super) const LIST: &str = "list-keys";

/// The file of keys where nothing names one.
const FILE: &str = "keys.toml";

pub(super) fn commands() -> [Command; 2] {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(NonEmptyStringValueParser::new()).help(help)
    };
    let file = Arg::new("file").long("file").value_name("FILE").value_parser(value_parser!(PathBuf));
    let file = file.help("The file of keys [default: auth.api_keys.file, or else keys.toml]");
    let new = Command::new(NEW)
        .about("Makes an API key, adds its hash to the file of keys and prints the key, once")
        .arg(
            Arg::new("subject")
                .value_name("CLIENT")
                .required(true)
                .value_parser(NonEmptyStringValueParser::new())
                .help("Whose key it is: the id that services are told"),
        )
        .arg(text("account", "ACCOUNT", "The partner account for which its holder acts"))
        .arg(text("scopes", "SCOPES", "What it may do, with spaces between: \"orders:read reports:read\""))
        .arg(text("roles", "ROLES", "What its holder is, with spaces between"))
        .arg(text("plan", "PLAN", "Its plan of rate limits"))
        .arg(text(
            "not-before",
            "WHEN",
            "From when on it is accepted: a date (0:00 UTC) or 2027-06-30T12:00:00Z",
        ))
        .arg(text("expires", "WHEN", "From when on it is refused [default: in 365 days]"))
        .arg(
            Arg::new("env")
                .long("env")
                .value_parser(["live", "test"])
                .help("What it is for [default: auth.api_keys.environment]"),
        )
        .arg(file.clone());
    let list = Command::new(LIST).about("Prints whose keys there are and until when").arg(file);
    [new, list]
}

/// Makes a key.
pub(super) fn new(bff: &Bff, sources: &Sources, arguments: &ArgMatches) -> Result<(), StartError> {
    new_key::run(bff, sources, arguments)
}

/// Prints all keys of the file.
pub(super) fn list(sources: &Sources, arguments: &ArgMatches) -> Result<(), StartError> {
    let (_, path) = settings(sources, arguments)?;
    let file = KeyFile::read(&path).map_err(|errors| broken(&errors))?;
    let mut out = io::stdout().lock();
    let head = ["ID", "KEY", "CLIENT", "ACCOUNT", "PLAN", "EXPIRES"];
    let rows = file.keys.iter().map(|(id, entry)| {
        [
            id.clone(),
            format!("{}…{}", entry.prefix, entry.last4),
            entry.subject.clone(),
            entry.account.clone().unwrap_or_default(),
            entry.plan.clone().unwrap_or_default(),
            entry.expires.map(|end| end.to_string()).unwrap_or_default(),
        ]
    });
    for row in [head.map(str::to_owned)].into_iter().chain(rows) {
        let [id, key, client, account, plan, expires] = row;
        // Whoever closed the pipe has seen enough.
        let _ = writeln!(out, "{id:<12} {key:<24} {client:<20} {account:<12} {plan:<8} {expires}");
    }
    Ok(())
}

/// `[auth.api_keys]`, its defaults if it is not there, and the file that a command is about.
fn settings(
    sources: &Sources,
    arguments: &ArgMatches,
) -> Result<(Option<ApiKeysConfig>, PathBuf), StartError> {
    let keys = config::peek(sources, "auth.api_keys")?.auth.api_keys;
    let named = keys.as_ref().and_then(|keys| keys.file.as_ref()).map(|file| sources.base.join(file));
    // A path of the command line starts where the shell is.
    let given = arguments.get_one::<PathBuf>("file").cloned();
    Ok((keys, given.or(named).unwrap_or_else(|| sources.base.join(FILE))))
}

/// A file of keys that can't be used as it is.
fn broken(errors: &ConfigErrors) -> StartError {
    let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
    StartError(format!("The file of API keys is broken, and nothing was done:\n\n{}", all.join("\n\n")))
}

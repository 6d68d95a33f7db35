//! `new-key`: a key for the one who asked, its hash for the file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use clap::ArgMatches;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use super::{broken, settings};
use crate::{
    auth::IssuedKey,
    bff::{Bff, StartError},
    config::{self, ConfigErrors, KeyEntry, KeyEnvironment, KeyFile, Sources},
};

pub(super) fn run(bff: &Bff, sources: &Sources, arguments: &ArgMatches) -> Result<(), StartError> {
    let (configured, path) = settings(sources, arguments)?;
    let settings = configured.clone().unwrap_or_default();
    let environment = match arguments.get_one::<String>("env").map(String::as_str) {
        Some("test") => KeyEnvironment::Test,
        Some(_) => KeyEnvironment::Live,
        None => settings.environment,
    };
    let issued = IssuedKey::new(&settings.prefix, environment, entry(arguments)?)
        .ok_or_else(|| StartError("The system has no random numbers, so there is no key.".to_owned()))?;
    let plans = config::peek(sources, "rate_limits")?.rate_limits.known_plans();
    append(&path, &issued, plans.as_deref())?;

    // The key alone on standard output, so that `KEY=$(… new-key …)` has it; what is said of it beside.
    let _ = writeln!(io::stdout(), "{}", issued.key());
    let mut said = io::stderr().lock();
    let (id, file, entry) = (issued.id(), path.display(), issued.entry());
    let end = entry.expires.unwrap_or_default();
    let _ = writeln!(
        said,
        "\nThis is the {environment} key of {}, shown this once: only its hash is kept, as keys.{id} of {file}.\n\
         It is accepted until {end}. To end it sooner, take its section out of the file.",
        entry.subject
    );
    if configured.is_none() {
        let _ = writeln!(said, "\nThe BFF does not accept keys yet. Its configuration needs:\n");
        let _ = writeln!(said, "[auth.api_keys]\nfile = {:?}", file.to_string());
    } else if environment != settings.environment {
        let _ = writeln!(said, "\nThis configuration accepts keys for {} only.", settings.environment);
    }
    if let Some(example) = example(bff) {
        let address = config::peek(sources, "server.listen")?.server.listen;
        let _ = writeln!(
            said,
            "\nTry it, with the key as KEY:\n\ncurl -sw '\\n' 'http://{address}{example}' -H \"X-Api-Key: $KEY\""
        );
    }
    Ok(())
}

/// Whose key it is and when it is good, as the command line says.
fn entry(arguments: &ArgMatches) -> Result<KeyEntry, StartError> {
    let text = |name: &str| arguments.get_one::<String>(name).cloned();
    let list = |name: &str| {
        let text = text(name).unwrap_or_default();
        text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let given = |name: &str| text(name).map(|text| instant(name, &text)).transpose();
    let created = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    let year = created.checked_add((365 * 24).hours());
    let expires = match given("expires")? {
        Some(expires) => expires,
        None => year.map_err(|error| StartError(format!("The clock of this machine is wrong: {error}")))?,
    };
    if expires <= created {
        return Err(StartError(format!("--expires {expires} is past; expected a date in the future")));
    }
    Ok(KeyEntry {
        subject: text("subject").unwrap_or_default(),
        account: text("account"),
        scopes: list("scopes"),
        roles: list("roles"),
        plan: text("plan"),
        created: Some(created),
        not_before: given("not-before")?,
        expires: Some(expires),
        ..KeyEntry::default()
    })
}

/// A date is its first moment in UTC.
fn instant(name: &str, text: &str) -> Result<Timestamp, StartError> {
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp()).ok();
    // A date first: as an instant it lacks its offset.
    let date = text.parse().ok().filter(|_| !text.contains(['T', 't', ' '])).and_then(midnight);
    date.or_else(|| text.parse().ok()).ok_or_else(|| {
        StartError(format!("--{name} {text:?}; expected a date such as 2027-06-30, or 2027-06-30T12:00:00Z"))
    })
}

/// Adds the record to a file that is good, and stays good with it.
fn append(path: &Path, issued: &IssuedKey, plans: Option<&[String]>) -> Result<(), StartError> {
    let unwritable = |error: io::Error| StartError(format!("{} can't be written: {error}", path.display()));
    let is_new = !path.exists();
    if !is_new {
        KeyFile::read(path).map_err(|errors| broken(&errors))?;
    }
    // What the command line said may be no id, scope, role or plan.
    KeyFile::parse_for("(the new key)", &issued.section(), plans).map_err(|errors| impossible(&errors))?;
    let text = if is_new {
        format!("# API keys: their hashes and whose they are. Made by new-key.\n\n{}", issued.section())
    } else {
        format!("\n{}", issued.section())
    };
    // In one piece, so that a BFF that reads meanwhile sees all of it or nothing.
    open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(unwritable)
}

fn impossible(errors: &ConfigErrors) -> StartError {
    let all = errors.iter().map(|error| {
        let (_, field) = error.key().rsplit_once('.').unwrap_or_default();
        format!("{field}: found {}, expected {}", error.found(), error.expected())
    });
    StartError(format!("There can be no such key:\n{}", all.collect::<Vec<_>>().join("\n")))
}

/// Only its owner may read a file that this makes: it says who the partners are.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A read that needs a credential: the path of the first route that has one which can be asked as it is.
fn example(bff: &Bff) -> Option<&'static str> {
    let reads = bff.all_routes().filter(|route| route.method == Some(http::Method::GET));
    let mut paths = reads.filter(|route| route.policy.needs_identity()).filter_map(|route| {
        let as_it_is = (!route.path.contains('{')).then_some(route.path);
        route.example.map(|example| example.path).or(as_it_is)
    });
    paths.next()
}

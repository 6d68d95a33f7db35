//! Turns what is set, in all places, into one [`Config`], or into all that is wrong with it.
//!
//! The sources are merged into a tree whose values remember where they were set. Serde then reads the tree and
//! stops at its first error; that value is recorded and taken out, and serde reads again, until nothing is left
//! to refuse. What a value means is checked last, in [`super::validate`].

mod error;
mod sources;
mod tree;
mod words;

pub use error::{ConfigError, ConfigErrors};
pub use sources::Sources;

pub(super) use error::{Found, Report};
pub(super) use tree::{Node, join};
pub(super) use words::one_of;

use serde::de::DeserializeOwned;
use toml::de::DeTable;

use self::{error::Origin, tree::Amended};
use super::{Config, validate};
use crate::call::{Declaration, Misfit};

/// Reads, merges and checks a configuration: the file, above it the environment, above both the overrides.
///
/// `services` are the downstream services that the program calls. Each needs a section `[services.<name>]`, and no section
/// may name another, nor an operation that its client does not list.
///
/// # Errors
///
/// With everything that is wrong, not only the first. A file that is not TOML is reported with its syntax errors
/// alone, because the rest of it cannot be trusted to mean what it says.
pub fn load(sources: &Sources, services: &[Declaration]) -> Result<Config, ConfigErrors> {
    load_for(sources, &Declared { services, routes: &[], storage: KeyStorage::File })
}

/// What a program says of itself, which its configuration must fit.
pub(crate) struct Declared<'a> {
    pub(crate) services: &'a [Declaration],
    /// Such as `GET /api/orders/{id}`.
    pub(crate) routes: &'a [String],
    pub(crate) storage: KeyStorage,
}

/// Where a program's API keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyStorage {
    /// In the file that the configuration names.
    File,
    /// In a store that the program brings.
    Program,
}

/// The same for a program that has said all of it.
pub(crate) fn load_for(sources: &Sources, declared: &Declared<'_>) -> Result<Config, ConfigErrors> {
    let mut report = Report::new(&sources.file);
    let Some(tree) = merge(sources, &mut report) else { return Err(report.finish()) };
    let mut config = read(tree.clone(), &mut report);
    validate::validate(&mut config, &tree, declared, &sources.base, &mut report);
    if report.is_empty() { Ok(config) } else { Err(report.finish()) }
}

/// Reads what is under one key, for a command that needs nothing else: what is wrong elsewhere does not matter to it, and what
/// values mean is not checked.
pub(crate) fn peek(sources: &Sources, key: &str) -> Result<Config, ConfigErrors> {
    let mut report = Report::new(&sources.file);
    let Some(tree) = merge(sources, &mut report) else { return Err(report.finish()) };
    let config = read(tree, &mut report);
    if report.reaches_into(key) || report.covers(key) { Err(report.finish()) } else { Ok(config) }
}

/// The tree of one file's text, or none if it is not TOML.
pub(super) fn parse(text: &str, report: &mut Report) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        // Not its Display, which quotes the line and with it perhaps a secret.
        let (what, expected) = words::syntax(error.message());
        let origin = error.span().map_or_else(Origin::file, |span| position(text, span.start));
        report.add(&origin, "(syntax)", Found::Written(what), expected);
    }
    if !errors.is_empty() {
        return None;
    }

    let origin_at = |byte| match position(text, byte) {
        Origin::File { line, .. } => Origin::File { line, column: None },
        other => other,
    };
    Some(Node::root(table.into_inner(), &origin_at))
}

/// The tree of all sources, or none if the file is not TOML.
fn merge(sources: &Sources, report: &mut Report) -> Option<Node> {
    let mut tree = parse(&sources.text, report)?;
    for (path, text, origin) in sources.environment_values().into_iter().chain(sources.override_values()) {
        if let Err(blocker) = tree.set(&path, &origin, text) {
            let expected = format!("no key in {blocker}, which is set to a value and is no table");
            let key = path.iter().fold(String::new(), |key, name| join(&key, name));
            report.add(&origin, &key, Found::Fact("a value"), expected);
        }
    }
    for (meant, origin) in sources.misspelt(&SECTIONS) {
        let expected = format!("two underscores between the levels of a key: {meant}");
        report.add(&origin, "(name)", Found::Fact("one underscore after the section"), expected);
    }
    Some(tree)
}

/// The top level of the configuration.
const SECTIONS: [&str; 19] = [
    "server",
    "admin",
    "drain",
    "health",
    "admission",
    "limits",
    "screen",
    "trust",
    "auth",
    "rate_limits",
    "log",
    "cors",
    "server_timing",
    "traces",
    "metrics",
    "redis",
    "cache",
    "sender",
    "services",
];

/// Line and column, from 1, of a byte of the file.
fn position(text: &str, byte: usize) -> Origin {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(1, |start| start.chars().count() + 1);
    Origin::File { line: Some(line), column: Some(column) }
}

/// Reads the tree as far as it can be read: what serde refuses is reported and left at its default.
pub(super) fn read<T: DeserializeOwned + Default>(mut tree: Node, report: &mut Report) -> T {
    // It ends, because every round makes the tree smaller or turns a variable's value into text, once.
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(tree.to_value()) {
            Ok(config) => return config,
            Err(error) => error,
        };
        let message = error.inner().message();
        let path: Vec<_> = error.path().iter().collect();
        match tree.amend(&path) {
            Some(Amended::ReadAsText) => {}
            Some(Amended::Removed(node)) => {
                let (found, expected) = refused(&node, message);
                report.add(&node.origin, &node.key, found, expected);
            }
            None => {
                report.add(
                    &tree.origin,
                    "(file)",
                    Found::Fact("a value of no key"),
                    words::expected(message),
                );
                return T::default();
            }
        }
    }
}

/// What serde's refusal of a value says to an operator: what it found and what it expected.
fn refused(node: &Node, message: &str) -> (Found, String) {
    let expected = words::expected(message);
    let found = match expected.as_str() {
        _ if words::is_unknown_field(message) => Found::Fact("a key that is not known"),
        "a table" => node.found_kind(),
        _ => node.found(),
    };
    (found, expected)
}

/// The same of a value that no type of the configuration's refuses but that of a reply, by its name: the value itself, or
/// what is nearest to it.
pub(super) fn misfit<'a>(fallback: &'a Node, misfit: &Misfit, reply: &str) -> (&'a Node, Found, String) {
    let message = misfit.inner().to_string();
    let node = fallback.at(misfit.path());
    let (found, expected) = match words::missing(&message) {
        Some(missing) => (node.found(), missing),
        None => refused(node, &message),
    };
    (node, found, format!("{reply}: {expected}"))
}

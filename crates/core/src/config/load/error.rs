//! What is wrong with a configuration, in the operator's words, and never with a secret in them.

use std::{fmt, slice};

/// Everything that is wrong with a configuration, in the order of its file.
///
/// Displays as a count, one block an error, and how to check again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
}

impl ConfigErrors {
    /// The errors: those of the file by line, then of the environment, then of the program.
    pub fn iter(&self) -> slice::Iter<'_, ConfigError> {
        self.errors.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errors.len() {
            1 => writeln!(formatter, "1 error in the configuration:\n")?,
            count => writeln!(formatter, "{count} errors in the configuration:\n")?,
        }
        for error in self {
            writeln!(formatter, "{error}\n")?;
        }
        write!(formatter, "Nothing was started. Check again with --check-config.")
    }
}

impl std::error::Error for ConfigErrors {}

/// One wrong key. Displays as a block of four lines without a trailing newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    origin: Origin,
    source: String,
    key: String,
    found: String,
    expected: String,
}

impl ConfigError {
    /// Where the value comes from: `file "bffs/web/config.toml", line 3`, `environment variable
    /// BFF_SERVER__LISTEN` or `set by the program`. For a missing key, the section that should have it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The dotted key, such as `server.listen`; `(file)` or `(syntax)` for a file that cannot be read.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is there: `nothing` for a missing key, `(hidden)` for a secret.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What should be there.
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, key, found, expected, .. } = self;
        write!(formatter, "{source}\n  key:      {key}\n  found:    {found}\n  expected: {expected}")
    }
}

/// Which source set a value. Ordered as errors are printed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The file; line and column count from 1, and the column is known for syntax errors only.
    File { line: Option<usize>, column: Option<usize> },
    /// The environment variable of this name.
    Environment(String),
    /// [`super::Sources::overrides`].
    Program,
}

impl Origin {
    pub(super) fn file() -> Self {
        Self::File { line: None, column: None }
    }

    fn describe(&self, file: &str) -> String {
        match self {
            Self::File { line: Some(line), column: Some(column) } => {
                format!("file \"{file}\", line {line}, column {column}")
            }
            Self::File { line: Some(line), .. } => format!("file \"{file}\", line {line}"),
            Self::File { .. } => format!("file \"{file}\""),
            Self::Environment(name) => format!("environment variable {name}"),
            Self::Program => "set by the program".to_owned(),
        }
    }
}

/// What an error says that it found.
pub(crate) enum Found {
    /// Words of ours, which hold nothing that an operator wrote: never hidden.
    Fact(&'static str),
    /// Something that an operator wrote: hidden when its key is a secret's.
    Written(String),
}

/// Collects errors while loading goes on.
pub(crate) struct Report {
    file: String,
    errors: Vec<ConfigError>,
    /// Those of other files.
    others: Vec<ConfigError>,
}

impl Report {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), errors: Vec::new(), others: Vec::new() }
    }

    pub(crate) fn add(&mut self, origin: &Origin, key: &str, found: Found, expected: impl Into<String>) {
        let found = match found {
            Found::Fact(fact) => fact.to_owned(),
            Found::Written(_) if is_secret(key) => "(hidden)".to_owned(),
            Found::Written(text) => text,
        };
        let source = origin.describe(&self.file);
        self.errors.push(ConfigError {
            origin: origin.clone(),
            source,
            key: key.to_owned(),
            found,
            expected: expected.into(),
        });
    }

    /// Reports the file as a whole.
    pub(crate) fn add_to_file(&mut self, found: Found, expected: impl Into<String>) {
        self.add(&Origin::file(), "(file)", found, expected);
    }

    /// Adds what is wrong with a file that this one names.
    pub(crate) fn append(&mut self, others: ConfigErrors) {
        self.others.extend(others.errors);
    }

    /// Whether this key or a table around it is reported, so that what follows from it is not reported too.
    pub(crate) fn covers(&self, key: &str) -> bool {
        self.errors.iter().any(|error| is_within(key, &error.key))
    }

    /// Whether something in this table is reported.
    pub(crate) fn reaches_into(&self, table: &str) -> bool {
        self.errors.iter().any(|error| is_within(&error.key, table))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.others.is_empty()
    }

    pub(crate) fn finish(mut self) -> ConfigErrors {
        self.errors.sort_by(|a, b| a.origin.cmp(&b.origin));
        self.errors.append(&mut self.others);
        ConfigErrors { errors: self.errors }
    }
}

fn is_within(key: &str, table: &str) -> bool {
    key.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Every part of the key counts, since a secret written as a table has its text one level further down. An address of a
/// Redis may hold its password, and so may a header of traces. Where the hash of an API key should be there may be the key, and what stands as
/// `services.<name>.sender` may be the secret that belongs into `[sender]`.
fn is_secret(key: &str) -> bool {
    is_within(key, "redis.url")
        || is_within(key, "traces.headers")
        || (key.starts_with("services.") && key.ends_with(".sender"))
        || key.split('.').map(str::to_ascii_lowercase).any(|part| {
            let part = part.trim_matches('"');
            ["secret", "password", "token_key", "sha256"].iter().any(|word| part.ends_with(word))
        })
}

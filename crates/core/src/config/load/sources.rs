//! The places that a configuration comes from, before any of it is understood.

use std::{
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
};

use super::error::{ConfigErrors, Found, Origin, Report};

/// Where a configuration comes from. Later ones win: the file, the environment, the overrides.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file's name, for errors.
    pub file: String,
    /// The file's text: TOML.
    pub text: String,
    /// Environment variables. `BFF_SERVER__LISTEN` sets `server.listen`; those without the prefix `BFF_` or
    /// without `__` are ignored.
    pub environment: Vec<(String, String)>,
    /// Dotted keys and their values, set by code such as a test. Of two for one key the later wins.
    pub overrides: Vec<(String, String)>,
    /// The folder that relative paths such as `public_key_file` start from.
    pub base: PathBuf,
}

impl Sources {
    /// A file compiled into the program with `include_str!`. Relative paths in it start from the working folder.
    pub fn builtin(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { file: name.into(), text: text.into(), ..Self::default() }
    }

    /// A file on disk. Relative paths in it start from its own folder.
    ///
    /// # Errors
    ///
    /// If it cannot be read or is not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        let file = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => {
                let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
                Ok(Self { file, text, base, ..Self::default() })
            }
            Err(error) => {
                let mut report = Report::new(&file);
                let found = Found::Written(error.to_string());
                report.add(&Origin::file(), "(file)", found, "a TOML file that can be read");
                Err(report.finish())
            }
        }
    }

    /// Adds the environment: `std::env::vars_os()`, or pairs of a test's own. Only names with the prefix `BFF_` are
    /// kept, so that no other program's secrets linger here. What is not UTF-8 is replaced by U+FFFD.
    #[must_use]
    pub fn with_environment<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let variables = variables.into_iter().map(|(name, value)| (text(name), text(value)));
        self.environment.extend(variables.filter(|(name, _)| name.starts_with(PREFIX)));
        self
    }

    /// Sets a dotted key above everything else, such as `("server.listen", "127.0.0.1:0")`.
    #[must_use]
    pub fn with_override(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.overrides.push((key.into(), value.into()));
        self
    }

    /// Makes relative paths start from this folder.
    #[must_use]
    pub fn with_base(mut self, base: impl Into<PathBuf>) -> Self {
        self.base = base.into();
        self
    }

    /// The environment's values as path, text and origin, by name: a section before what is in it.
    pub(super) fn environment_values(&self) -> Vec<(Vec<String>, &str, Origin)> {
        let mut variables: Vec<_> = self.environment.iter().collect();
        variables.sort();
        let variables = variables.into_iter().filter_map(|(name, value)| {
            // One level only, as in BFF_CONFIG, is a variable of the command line's, not a key.
            let key = name.strip_prefix(PREFIX).filter(|key| key.contains("__"))?;
            let path = key.split("__").map(str::to_ascii_lowercase).collect();
            Some((path, value.as_str(), Origin::Environment(name.clone())))
        });
        variables.collect()
    }

    /// Variables that name a section but not with two underscores, which is how a key would be lost silently.
    pub(super) fn misspelt<'a>(
        &'a self,
        sections: &'a [&str],
    ) -> impl Iterator<Item = (String, Origin)> + 'a {
        self.environment.iter().filter_map(|(name, _)| {
            let key = name.strip_prefix(PREFIX).filter(|key| !key.contains("__"))?;
            let key_lower = key.to_ascii_lowercase();
            // The longest, since one section's name may begin with another's.
            let begins =
                |section: &&&str| key_lower.strip_prefix(**section).is_some_and(|rest| rest.starts_with('_'));
            let section = sections.iter().filter(begins).max_by_key(|section| section.len())?;
            let (section, rest) = (&key[..section.len()], &key[section.len() + 1..]);
            Some((format!("{PREFIX}{section}__{rest}"), Origin::Environment(name.clone())))
        })
    }

    /// The overrides as path, text and origin, in their order.
    pub(super) fn override_values(&self) -> impl Iterator<Item = (Vec<String>, &str, Origin)> {
        let overrides = self.overrides.iter();
        overrides.map(|(key, value)| {
            (key.split('.').map(str::to_owned).collect(), value.as_str(), Origin::Program)
        })
    }
}

/// Names what is set and no values, since any of them may be a secret.
impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        formatter
            .debug_struct("Sources")
            .field("file", &self.file)
            .field("environment", &names(&self.environment))
            .field("overrides", &names(&self.overrides))
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

const PREFIX: &str = "BFF_";

fn text(value: impl Into<OsString>) -> String {
    value.into().to_string_lossy().into_owned()
}

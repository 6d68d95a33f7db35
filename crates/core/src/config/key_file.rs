//! The file of API keys: a section for each, with whatever is known of it but the key.
//!
//! It is read as a configuration is: all mistakes at once, each with its line.

use std::{collections::BTreeMap, fmt, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    listing::Listing,
    load::{ConfigErrors, Node, Report},
    validate, values,
};

/// The records of all keys, by their id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyFile {
    /// `[keys.<id>]`
    pub keys: BTreeMap<String, KeyEntry>,
}

/// `[keys.<id>]`: one key. A client may have several that are good at one time: the end of the old one is how long they overlap.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyEntry {
    /// SHA-256 of the whole key, in 64 hexadecimal digits. Required.
    pub sha256: String,
    /// How the key begins, to tell it from others.
    pub prefix: String,
    /// How the key ends.
    pub last4: String,
    /// Who its holder is: the id that services are told. Required.
    pub subject: String,
    /// The partner account for which the holder acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What the holder's program may do. Default nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// What the holder is. Default nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The holder's plan of rate limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// When it was made.
    #[serde(with = "values::optional_instant", skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// From when on it is accepted. Default from the beginning.
    #[serde(with = "values::optional_instant", skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// From when on it is refused. Required: a key that has no end is forgotten and never changed.
    #[serde(with = "values::optional_instant", skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// Shows nobody's name.
impl fmt::Debug for KeyEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("KeyEntry")
    }
}

impl KeyFile {
    /// Reads a file of at most 16 MiB.
    ///
    /// # Errors
    ///
    /// With everything that is wrong. An error holds nothing of a key or of its hash.
    pub fn read(path: &Path) -> Result<Self, ConfigErrors> {
        Self::read_file(path)
    }

    /// Reads the file for a BFF that has no other plans than these; `None` stands for one that limits nobody.
    pub(crate) fn read_for(path: &Path, plans: Option<&[String]>) -> Result<Self, ConfigErrors> {
        Self::read_file_and(path, Self::check_plans(plans))
    }

    /// As [`KeyFile::read_for`], of the text of a file with this name.
    pub(crate) fn parse_for(name: &str, text: &str, plans: Option<&[String]>) -> Result<Self, ConfigErrors> {
        Self::read_text_and(name, text, Self::check_plans(plans))
    }

    fn check_plans(plans: Option<&[String]>) -> impl Fn(&Self, &Node, &mut Report) {
        move |file, tree, report| {
            if let Some(plans) = plans {
                validate::plans_of_keys(file, plans, tree, report);
            }
        }
    }

    /// Reads the text of a file with this name.
    ///
    /// # Errors
    ///
    /// As [`KeyFile::read`].
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigErrors> {
        Self::read_text(name, text)
    }
}

impl Listing for KeyFile {
    const EXPECTED: &'static str = "a TOML file of API keys, as the command new-key makes it";

    fn check(&self, tree: &Node, report: &mut Report) {
        validate::key_file(self, tree, report);
    }
}

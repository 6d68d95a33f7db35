//! [`Listing`]: a TOML file of entries that the configuration names, read as a configuration is: all mistakes at once, each with
//! its line.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use serde::de::DeserializeOwned;

use super::load::{self, ConfigErrors, Found, Node, Report};

/// The largest file that is read, such as 40,000 API keys.
const MAX_BYTES: u64 = 16 << 20;

/// What such a file holds.
pub(super) trait Listing: DeserializeOwned + Default {
    /// What it is, for an operator who named another one.
    const EXPECTED: &'static str;

    /// Reports what makes no sense.
    fn check(&self, tree: &Node, report: &mut Report);

    /// Reads a file of at most 16 MiB, or says all that is wrong with it.
    fn read_file(path: &Path) -> Result<Self, ConfigErrors> {
        Self::read_file_and(path, |_, _, _| ())
    }

    /// The same, and `check` reports what makes no sense beside the configuration.
    fn read_file_and(path: &Path, check: impl Fn(&Self, &Node, &mut Report)) -> Result<Self, ConfigErrors> {
        let name = path.display().to_string();
        text(path)
            .map_err(|error| {
                let mut report = Report::new(&name);
                report.add_to_file(Found::Written(error.to_string()), Self::EXPECTED);
                report.finish()
            })
            .and_then(|text| Self::read_text_and(&name, &text, check))
    }

    /// The same of the text of a file with this name.
    fn read_text(name: &str, text: &str) -> Result<Self, ConfigErrors> {
        Self::read_text_and(name, text, |_, _, _| ())
    }

    /// The same of both.
    fn read_text_and(
        name: &str,
        text: &str,
        check: impl Fn(&Self, &Node, &mut Report),
    ) -> Result<Self, ConfigErrors> {
        let mut report = Report::new(name);
        let Some(tree) = load::parse(text, &mut report) else { return Err(report.finish()) };
        let listing: Self = load::read(tree.clone(), &mut report);
        listing.check(&tree, &mut report);
        check(&listing, &tree, &mut report);
        if report.is_empty() { Ok(listing) } else { Err(report.finish()) }
    }
}

/// The text of a regular file of at most 16 MiB.
fn text(path: &Path) -> io::Result<String> {
    // To open a pipe would wait for whoever writes to it.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(text)
}

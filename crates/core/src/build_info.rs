//! What runs here: told by `/status` and by metrics, so that two instances can be compared.

use serde::Serialize;

/// The program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BuildInfo {
    /// Of the workspace.
    pub version: &'static str,
    /// The commit that it was built from: `BFF_REVISION` of the environment in which it was compiled, or `unknown`.
    pub revision: &'static str,
}

/// This program.
pub const BUILD: BuildInfo = BuildInfo {
    version: env!("CARGO_PKG_VERSION"),
    revision: match option_env!("BFF_REVISION") {
        Some(revision) => revision,
        None => "unknown",
    },
};

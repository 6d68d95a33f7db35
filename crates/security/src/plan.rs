//! How much of everything there is, and from which seed.

use std::path::PathBuf;

/// One run of the program.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All that is random follows from it.
    pub seed: u64,
    /// Requests to each BFF with headers at random.
    pub requests: u32,
    /// Tokens of unknown keys in the row `kids`.
    pub kids: u32,
    /// This program, which is also the BFF whose output is searched.
    pub program: PathBuf,
}

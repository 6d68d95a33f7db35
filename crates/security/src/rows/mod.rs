//! The rows of the table. A new one is a file here with `ROW` and `run`, and a line in each of the three lists below.

mod canaries;
mod headers;

use anyhow::Result;
use clap::ValueEnum;

use crate::{plan::Plan, table::Line};

/// One promise that is attacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// Whatever a client sends, a service sees one identity, and it is the verified one.
    Headers,
    /// No secret is in anything that the BFF says.
    Canaries,
}

impl Row {
    /// In the order of the table.
    pub const ALL: &'static [Self] = &[Self::Headers, Self::Canaries];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Headers => headers::ROW,
            Self::Canaries => canaries::ROW,
        }
    }

    /// Attacks, and says a line for each promise. Progress and the first breach of each go to `say`.
    pub fn run(self, plan: &Plan, say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Line>> {
        match self {
            Self::Headers => headers::run(plan, say),
            Self::Canaries => canaries::run(plan, say),
        }
    }
}

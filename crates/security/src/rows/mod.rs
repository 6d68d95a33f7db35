//! The rows of the table. A new one is a file here with `ROW` and `run`, and a line in each of the three lists below.

mod canaries;
mod forgeries;
mod headers;
mod kids;

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
    /// Tokens of unknown keys neither trouble an issuer nor those who have good ones.
    Kids,
    /// No forged token is believed, and none leads anywhere.
    Forgeries,
}

impl Row {
    /// In the order of the table.
    pub const ALL: &'static [Self] = &[Self::Headers, Self::Canaries, Self::Kids, Self::Forgeries];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Headers => headers::ROW,
            Self::Canaries => canaries::ROW,
            Self::Kids => kids::ROW,
            Self::Forgeries => forgeries::ROW,
        }
    }

    /// Attacks, and says a line for each promise. Progress and the first breach of each go to `say`.
    pub fn run(self, plan: &Plan, say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Line>> {
        match self {
            Self::Headers => headers::run(plan, say),
            Self::Canaries => canaries::run(plan, say),
            Self::Kids => kids::run(plan, say),
            Self::Forgeries => forgeries::run(say),
        }
    }
}

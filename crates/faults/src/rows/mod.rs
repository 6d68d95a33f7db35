//! The rows of the table. Each breaks one thing, with the defence and without it.

mod disconnects;
mod hedging;
mod hung;
mod memory;
mod metastability;
mod outage;
mod probe;
mod stale;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::program;
use bff_faults::table::Line;

/// What can be broken.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Row {
    /// One of three services hangs
    Hung,
    /// A service fails or refuses, and comes back
    Outage,
    /// Many requests at the moment at which a breaker lets one pass
    Probe,
    /// Twice what a service bears, and then less than it bears
    Metastability,
    /// One answer in a hundred is late
    Hedging,
    /// Clients that go away
    Disconnects,
    /// Replies that are made to fill memory
    Memory,
    /// A service goes away whose replies are kept
    Stale,
}

impl program::Row for Row {
    fn name(self) -> &'static str {
        match self {
            Self::Hung => hung::ROW,
            Self::Outage => outage::ROW,
            Self::Probe => probe::ROW,
            Self::Metastability => metastability::ROW,
            Self::Hedging => hedging::ROW,
            Self::Disconnects => disconnects::ROW,
            Self::Memory => memory::ROW,
            Self::Stale => stale::ROW,
        }
    }

    async fn run(self, plan: &Plan) -> Result<Vec<Line>> {
        match self {
            Self::Hung => hung::run(plan).await,
            Self::Outage => outage::run(plan).await,
            Self::Probe => probe::run(plan).await,
            Self::Metastability => metastability::run(plan).await,
            Self::Hedging => hedging::run(plan).await,
            Self::Disconnects => disconnects::run(plan).await,
            Self::Memory => memory::run(plan).await,
            Self::Stale => stale::run(plan).await,
        }
    }
}

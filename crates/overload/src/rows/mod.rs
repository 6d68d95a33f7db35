//! The rows of the table. Each asks for too much in one way, with the defence and without it.

mod abuse;
mod capacity;
mod exporter;
mod keys;
mod outage;
mod series;
mod sharing;

use anyhow::Result;
use bff_faults::plan::Plan;
use bff_faults::program;
use bff_faults::table::Line;

/// What can be too much.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Row {
    /// One caller at four processes that share a limit
    Sharing,
    /// The Redis that they share it by stops, stalls and comes back
    Outage,
    /// Five times what a processor can do
    Capacity,
    /// One caller at ten times the others' rate
    Abuse,
    /// A million addresses
    Keys,
    /// A collector of traces that hangs
    Exporter,
    /// A million requests that all differ
    Series,
}

impl program::Row for Row {
    fn name(self) -> &'static str {
        match self {
            Self::Sharing => sharing::ROW,
            Self::Outage => outage::ROW,
            Self::Capacity => capacity::ROW,
            Self::Abuse => abuse::ROW,
            Self::Keys => keys::ROW,
            Self::Exporter => exporter::ROW,
            Self::Series => series::ROW,
        }
    }

    async fn run(self, plan: &Plan) -> Result<Vec<Line>> {
        match self {
            Self::Sharing => sharing::run(plan).await,
            Self::Outage => outage::run(plan).await,
            Self::Capacity => capacity::run(plan).await,
            Self::Abuse => abuse::run(plan).await,
            Self::Keys => keys::run(plan).await,
            Self::Exporter => exporter::run(plan).await,
            Self::Series => series::run(plan).await,
        }
    }
}

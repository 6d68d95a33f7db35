//! A million requests of which no two are alike, in all that a client chooses: `/metrics` has no series more for it, and memory
//! none that grows.
//!
//! The control counts the same requests by their paths, as metrics with such a label would.

mod flood;
mod scrape;

use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bff_bench::meter::Meter;
use bff_faults::plan::Plan;
use bff_faults::ports;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, seconds};

use self::flood::{Counts, Flood};
use self::scrape::Scraped;
use crate::house::House;

pub(crate) const ROW: &str = "7 series";

const REQUESTS: u32 = 1_000_000;
/// After so many of them everything that the program does has been seen.
const FIRST: u32 = 100_000;

/// MiB.
const GOAL: f64 = 4.0;

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let admin = ports::free_address()?;
    // Nobody is refused, so that each request comes as far as it can.
    let settings = Settings::default().with([
        ("admin.listen", admin.to_string()),
        ("rate_limits.enabled", "false".to_owned()),
        ("admission.enabled", "false".to_owned()),
        ("log.access", "false".to_owned()),
    ]);
    let (first, all) = (plan.count(FIRST), plan.count(REQUESTS));
    let house = House::begin(plan, ROW, &format!("{all} requests that all differ"), &settings, 1).await?;
    let (address, meter) = (house.addresses()[0], house.meter());
    let began = Instant::now();
    let own = Meter::new(std::process::id());
    let mut counts = flood(address, 0..first).await?;
    let (few, before, own_before) = (scrape::of(admin).await?, meter.resident_mib()?, own.resident_mib()?);
    flood::add(&mut counts, flood(address, first..all).await?);
    let (many, grown) = (scrape::of(admin).await?, meter.resident_mib()? - before);
    let control = Control { series: counts.len(), grown: own.resident_mib()? - own_before };
    ensure!(many.requests >= u64::from(all), "{} of {all} requests were counted", many.requests);
    let seen = Seen { first, all, took: began.elapsed(), few, many, grown, control };
    Ok(vec![seen.series(), seen.memory()])
}

struct Seen {
    first: u32,
    all: u32,
    took: Duration,
    few: Scraped,
    many: Scraped,
    /// MiB between the two scrapes.
    grown: f64,
    control: Control,
}

/// The same requests counted by their paths, in the process of the load.
struct Control {
    series: usize,
    /// MiB, with all else that the load holds.
    grown: f64,
}

impl Seen {
    fn series(&self) -> Line {
        let (few, many) = (self.few.series, self.many.series);
        Line {
            row: ROW,
            what: format!(
                "series after {} and after {} requests in {}",
                self.first,
                self.all,
                seconds(self.took)
            ),
            figure: format!("{few} and {many}, a page of {} KiB", self.many.bytes >> 10),
            goal: "the same".to_owned(),
            met: few == many && few > 0,
            control: format!("{} by path", self.control.series),
        }
    }

    fn memory(&self) -> Line {
        Line {
            row: ROW,
            what: format!("growth between {} and {} requests", self.first, self.all),
            figure: format!("{:.1} MiB", self.grown),
            goal: format!("at most {GOAL} MiB"),
            met: self.grown <= GOAL,
            control: format!("{:.1} MiB by path", self.control.grown),
        }
    }
}

async fn flood(address: SocketAddr, numbers: Range<u32>) -> Result<Counts> {
    tokio::task::spawn_blocking(move || Flood::of(numbers).run(address)).await?
}

#[cfg(test)]
mod tests;

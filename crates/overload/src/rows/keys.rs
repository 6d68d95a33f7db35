//! A million addresses ask once each: what is remembered of them is bounded, and forgotten when it no longer matters.
//!
//! Each is another network of IPv6 (a /64), told by a proxy that the BFF trusts. The control has room for fewer.

mod flood;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::{Line, seconds};
use tokio::time::sleep;

use self::flood::Flood;
use crate::house::House;
use crate::seen::float;

pub(crate) const ROW: &str = "5 keys";

const ADDRESSES: u32 = 1_000_000;
/// The control has room for one of so many.
const OF: u32 = 20;
/// Until pools are filled and pages touched.
const WARM_UP: u32 = 5_000;
/// Those that asked last, who ask again: each is over its limit, or it was not remembered.
const AGAIN: u32 = 200;

/// MiB.
const GOAL: f64 = 128.0;
/// A minute after the last of them has asked; what each of them owes is paid after half a minute.
const QUIET: Duration = Duration::from_mins(1);
/// What may stay of what memory has grown by, in percent: an allocator keeps some of it, and what is never forgotten stays whole.
const KEPT: f64 = 50.0;
/// In the control, in percent of what memory grows by with room for all.
const LESS: f64 = 50.0;

/// The bound of what is remembered is the default.
const LIMIT: [(&str, &str); 5] = [
    ("rate_limits.address", "[\"2/m burst 1\"]"),
    ("trust.proxies", "[\"127.0.0.0/8\"]"),
    ("trust.forwarded", "x-forwarded-for"),
    ("admission.enabled", "false"),
    ("log.access", "false"),
];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let defence = Settings::default().with(LIMIT);
    let addresses = plan.count(ADDRESSES);
    let fewer = defence.clone().with([("rate_limits.max_keys", (addresses / OF).to_string())]);
    let run = Run::of(plan, &format!("{addresses} addresses"), &defence, addresses, true).await?;
    let control = format!("the same, room for one of {OF}");
    let control = Run::of(plan, &control, &fewer, addresses, false).await?;
    Ok(vec![run.grown(&control), run.given_back(), control.bounded(&run)])
}

/// MiB that are resident.
struct Run {
    addresses: u32,
    took: Duration,
    before: f64,
    after: f64,
    /// A minute later, and how long it took until it was as little as it may be.
    quiet: Option<(f64, Duration)>,
}

impl Run {
    async fn of(
        plan: &Plan,
        run: &str,
        settings: &Settings,
        addresses: u32,
        is_watched: bool,
    ) -> Result<Self> {
        let house = House::begin(plan, ROW, run, settings, 1).await?;
        let (address, meter) = (house.addresses()[0], house.meter());
        flood(address, Flood::of(0..WARM_UP)).await?;
        let (before, began) = (meter.resident_mib()?, Instant::now());
        flood(address, Flood::of(WARM_UP..WARM_UP + addresses)).await?;
        let (took, after) = (began.elapsed(), meter.resident_mib()?);
        let last = WARM_UP + addresses;
        let mut run = Self { addresses, took, before, after, quiet: None };
        if is_watched {
            let over = flood(address, Flood::of(last - AGAIN..last)).await?;
            ensure!(over >= AGAIN - AGAIN / 100, "{over} of {AGAIN} that asked again were over their limit");
            let began = Instant::now();
            let mut as_little = Duration::MAX;
            let mut next = last;
            while began.elapsed() < QUIET {
                sleep(Duration::from_millis(500)).await;
                // Somebody asks now and then, as always.
                flood(address, Flood::of(next..next + 5)).await?;
                next += 5;
                if run.kept(meter.resident_mib()?) <= KEPT {
                    as_little = as_little.min(began.elapsed());
                }
            }
            run.quiet = Some((meter.resident_mib()?, as_little));
        }
        Ok(run)
    }

    fn growth(&self) -> f64 {
        self.after - self.before
    }

    /// In percent of the growth.
    fn kept(&self, resident: f64) -> f64 {
        100.0 * (resident - self.before) / self.growth().max(f64::MIN_POSITIVE)
    }

    fn grown(&self, control: &Self) -> Line {
        Line {
            row: ROW,
            what: format!("growth with {} addresses in {}", self.addresses, seconds(self.took)),
            figure: format!("{:.1} MiB, {:.0} bytes each", self.growth(), self.bytes_each()),
            goal: format!("at most {GOAL} MiB"),
            met: self.growth() <= GOAL,
            control: format!("{:.1} MiB, room for one of {OF}", control.growth()),
        }
    }

    fn bytes_each(&self) -> f64 {
        self.growth() * float(1 << 20) / f64::from(self.addresses.max(1))
    }

    fn given_back(&self) -> Line {
        let (resident, took) = self.quiet.unwrap_or((f64::INFINITY, Duration::MAX));
        Line {
            row: ROW,
            what: format!("kept of that {} after the last of them asked", seconds(QUIET)),
            figure: format!("{:.0} %, as little as that after {}", self.kept(resident), seconds(took)),
            goal: format!("at most {KEPT} %"),
            met: self.kept(resident) <= KEPT,
            control: "100 % at the end of the flood".to_owned(),
        }
    }

    fn bounded(&self, control: &Self) -> Line {
        let percent = 100.0 * self.growth() / control.growth().max(f64::MIN_POSITIVE);
        Line {
            row: ROW,
            what: format!("growth with room for one of {OF} of {} addresses", self.addresses),
            figure: format!("{:.1} MiB, {percent:.0} %", self.growth()),
            goal: format!("at most {LESS} % of that with room for all"),
            met: percent <= LESS,
            control: format!("{:.1} MiB", control.growth()),
        }
    }
}

/// How many of these were over their limit.
async fn flood(address: SocketAddr, flood: Flood) -> Result<u32> {
    tokio::task::spawn_blocking(move || flood.run(address)).await?
}

#[cfg(test)]
mod tests;

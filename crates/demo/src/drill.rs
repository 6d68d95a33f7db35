//! `just drill`: whether the alerts do what they are for. The house runs under steady load, a real Prometheus watches it by the
//! generated rules, two services get into trouble, and what fires and ends is compared with what must.
//!
//! The rules are those of `deploy/observability/`, made by the same code, with every duration divided by one number: what takes
//! hours takes seconds.

mod alerts;
mod expect;
mod load;
mod prometheus;
mod report;

use std::time::Duration;

use bff_observability::{Bffs, Scale};
use bff_testkit::Mode;
use clap::Args;

use self::{alerts::Watch, expect::Expected, load::Load, prometheus::Prometheus, report::say};
use crate::{
    demo::Signals,
    house::{Breakers, House, StartError},
    ports::Ports,
};

/// How it is run.
#[derive(Debug, Clone, Copy, Args)]
pub struct Options {
    /// By how much every duration of the rules is divided; 180 makes an hour 20 s
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=300))]
    scale: u32,
    /// Requests a second for each screen
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(5..=100))]
    rate: u32,
}

/// What gets into trouble, and how: errors and breakers, and screens that wait.
pub const OUTAGE: [(&str, Mode); 2] =
    [("orders", Mode::Fail(503)), ("notifications", Mode::Slow(Duration::from_millis(900)))];

/// Load before anybody watches: whatever is slow the first time.
const WARM: Duration = Duration::from_secs(5);

/// Prometheus must have looked at everything once.
const SETTLE: Duration = Duration::from_secs(6);

/// The same load without an outage: nothing may fire.
const QUIET: Duration = Duration::from_secs(30);

/// All that is expected has fired by then.
const TO_FIRE: Duration = Duration::from_mins(1);

/// And has ended by then: the shorter window of the slowest ticket, six hours, and a margin.
const TO_END: Duration = Duration::from_hours(6);
const MARGIN: Duration = Duration::from_secs(40);

/// Runs it. Whether the alerts did what they must.
pub fn run(options: Options) -> Result<bool, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(StartError::system("no runtime"))?.block_on(async {
        let mut signals = Signals::listen().map_err(StartError::system("no signal handlers"))?;
        tokio::select! {
            held = drill(options) => held,
            name = signals.next() => {
                say(format_args!("{name}: given up"));
                Ok(false)
            }
        }
    })
}

async fn drill(options: Options) -> Result<bool, StartError> {
    let bffs = Bffs::ask().await.map_err(StartError::Drill)?;
    let house = House::start(&Ports::FREE, None, Breakers::On).await?;
    let load = Load::new(&house.addresses, options.rate);
    let scale = Scale::by(options.scale);
    report::head(options.scale, load.total());
    let held = tokio::select! {
        held = script(&house, &bffs, scale) => held,
        () = load.run() => Err(StartError::Drill("the load has ended".to_owned())),
    };
    house.drain().await;
    held
}

async fn script(house: &House, bffs: &Bffs, scale: Scale) -> Result<bool, StartError> {
    tokio::time::sleep(WARM).await;
    let prometheus = Prometheus::start(&house.addresses, bffs, scale).await?;
    let mut watch = Watch::new(&prometheus);
    tokio::time::sleep(SETTLE).await;

    watch.phase("steady load, all is well");
    watch.follow(QUIET, |_| false).await?;
    let too_much = watch.seen();

    watch.phase("orders answer 503, notifications take 900 ms");
    for (service, mode) in OUTAGE {
        house.services.set(service, mode);
    }
    let expected = Expected::of(&OUTAGE, bffs);
    watch.follow(TO_FIRE, |watch| expected.missing(watch).is_empty()).await?;

    watch.phase("both are well again");
    house.services.reset();
    let to_end = scale.of(TO_END) + MARGIN;
    watch.follow(to_end, |watch| watch.firing().is_empty()).await?;

    Ok(report::verdict(&watch, &expected, &too_much))
}

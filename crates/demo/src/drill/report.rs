//! What the drill prints: what happens while it happens, and at the end a table and what was not as it must be.

use std::{fmt, io::Write as _, time::Duration};

use super::{
    alerts::{Firing, Watch},
    expect::Expected,
};

/// A line, at once.
pub fn say(line: fmt::Arguments<'_>) {
    // Whoever closed the pipe has seen enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What is about to be done.
pub fn head(scale: u32, requests: usize) {
    let hour = 3600.0 / f64::from(scale);
    say(format_args!(
        "The three BFFs on mocked services, {requests} requests a second, and a Prometheus with the rules of\n\
         deploy/observability/, made by the same code with every duration divided by {scale}: an hour is {hour} s.\n"
    ));
}

/// The table, and whether all was as it must be.
pub fn verdict(watch: &Watch<'_>, expected: &Expected, too_early: &[Firing]) -> bool {
    let begin = |place: usize| watch.phases.get(place).map(|(_, at)| *at).unwrap_or_default();
    let (outage, end) = (begin(1), begin(2));
    say(format_args!("\n{:<64} {:>12} {:>12}", "alert", "fires after", "ends after"));
    for (firing, times) in watch.all() {
        let after = |at: Duration, from: Duration| format!("{:.1} s", at.saturating_sub(from).as_secs_f64());
        let ended = times.ended.map_or_else(|| "not".to_owned(), |at| after(at, end));
        say(format_args!("{:<64} {:>12} {ended:>12}", firing.to_string(), after(times.began, outage)));
    }
    say(format_args!(""));
    let complaints = [
        ("fired while all was well", too_early.to_vec()),
        ("did not fire", expected.missing(watch)),
        ("fired for what the outage does not touch", expected.unexpected(watch)),
        ("did not end", watch.firing().iter().cloned().collect()),
    ];
    let mut held = true;
    for (what, firings) in complaints {
        for firing in firings {
            held = false;
            say(format_args!("WRONG: {firing} {what}"));
        }
    }
    if !held && let Some((load, cores)) = busy() {
        say(format_args!(
            "The machine is busy (load {load} on {cores} cores): screens may be slow or fail for that reason."
        ));
    }
    if held {
        let must = expected.must().len();
        say(format_args!(
            "All {must} expected alerts fired and ended; none fired before, and none for anything else."
        ));
    }
    held
}

/// The load of the last minute, where it is more than the cores can do.
fn busy() -> Option<(f64, u32)> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()?;
    let cores = u32::try_from(std::thread::available_parallelism().ok()?.get()).ok()?;
    (load > f64::from(cores)).then_some((load, cores))
}

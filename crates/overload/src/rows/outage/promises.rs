//! What the table says of a Redis in trouble.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bff_faults::table::{Line, millis, seconds};

use super::{BURST, OF_CROWD, OF_ONE, PROCESSES, Phase, RATE, ROW, Run};
use crate::seen::{OK, OVER_ITS_LIMIT, Seen, float, per_mille, rate};

/// The default of `redis.timeout`, which a request may wait once.
const ONCE: Duration = Duration::from_millis(20);
const BACK_WITHIN: Duration = Duration::from_secs(2);
/// The local share, in percent of it.
const AT_LEAST: f64 = 90.0;
const AT_MOST: f64 = 101.0;
/// Until the processes know that Redis is away, and what was held of it is used up.
const UNTIL_KNOWN: Duration = Duration::from_millis(1100);
/// Counting is shared where so much of the whole limit passes in such a window: a share alone is half.
const WINDOW: Duration = Duration::from_millis(250);
const MOST_OF_IT: f64 = 0.75;

impl Run {
    /// Where the first process does not let the limit through while Redis is well, less or more, there is nothing to lose.
    pub(super) fn checked(self) -> Result<Self> {
        let passed = self.passed(|seen| self.well.has(seen)).count();
        let passed = rate(passed, self.well.length());
        let is_limit = (0.9 * RATE..=1.1 * RATE).contains(&passed);
        ensure!(is_limit, "{passed:.0}/s and not {RATE}/s passed while Redis was well");
        let turned_away = self.seen.iter().any(|seen| seen.stream == OF_CROWD && seen.is(OVER_ITS_LIMIT));
        ensure!(!turned_away, "one of the crowd was refused, within its limit");
        Ok(self)
    }

    /// What passed of the one that is over its limit.
    fn passed(&self, which: impl Fn(&Seen) -> bool) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(move |seen| seen.stream == OF_ONE && seen.is(OK) && which(seen))
    }

    /// The latencies while Redis was well, and from then on.
    fn latencies(&self) -> [Vec<Duration>; 2] {
        let of = |troubled: bool| {
            let seen = self
                .seen
                .iter()
                .filter(|seen| if troubled { seen.intended >= self.well.ended } else { self.well.has(seen) });
            seen.map(Seen::reply).collect()
        };
        [of(false), of(true)]
    }

    pub(super) fn delay(&self, control: &Self) -> Line {
        let ([well, troubled], [control_well, control]) = (self.latencies(), control.latencies());
        let (most, over) = beyond(&well, &troubled);
        let (_, control_over) = beyond(&control_well, &control);
        let latest = |latencies: &[Duration]| millis(per_mille(latencies.iter().copied(), 1000));
        Line {
            row: ROW,
            what: format!("the latest of {} replies from its end on, in trouble and back", troubled.len()),
            figure: format!("{}, {over} beyond the goal", latest(&troubled)),
            goal: format!(
                "at most {}: {} (p99.9 {}) while it was well + {}",
                millis(most),
                latest(&well),
                millis(per_mille(well.iter().copied(), 999)),
                millis(ONCE)
            ),
            met: over == 0,
            control: format!("{}, {control_over} beyond, redis.timeout 1 s", latest(&control)),
        }
    }

    pub(super) fn failures(&self, control: &Self) -> Line {
        let failed = |run: &Self| run.seen.iter().filter(|seen| is_failure(seen)).count();
        Line {
            row: ROW,
            what: format!("of {} replies, neither 200 nor 429", self.seen.len()),
            figure: failed(self).to_string(),
            goal: "0".to_owned(),
            met: failed(self) == 0,
            control: format!("{} of {}, redis.timeout 1 s", failed(control), control.seen.len()),
        }
    }

    /// What passed at the first process in percent of its share, and the most that may: a hundredth more, and its burst.
    fn share_of(&self, trouble: Phase) -> (f64, f64) {
        let known = Phase { began: (trouble.began + UNTIL_KNOWN).min(trouble.ended), ..trouble };
        let passed = float(self.passed(|seen| known.has(seen)).count());
        let share = RATE / float(PROCESSES) * known.length().as_secs_f64();
        (100.0 * passed / share, AT_MOST * (1.0 + BURST / float(PROCESSES) / share))
    }

    pub(super) fn share(&self, name: &str, trouble: fn(&Self) -> Phase, control: &Self) -> Line {
        let ((share, at_most), (control, _)) =
            (self.share_of(trouble(self)), control.share_of(trouble(control)));
        Line {
            row: ROW,
            what: format!("passed at one of {PROCESSES} processes, of its share of the limit, {name}"),
            figure: format!("{share:.1} %"),
            goal: format!("{AT_LEAST} to {at_most:.1} %: 1 % and its burst"),
            met: (AT_LEAST..=at_most).contains(&share),
            control: format!("{control:.1} %, no share set"),
        }
    }

    pub(super) fn back(&self, name: &str, trouble: fn(&Self) -> Phase, control: &Self) -> Line {
        let took = |run: &Self| {
            let back = trouble(run).ended;
            let until = if back < run.stalled.began { run.stalled.began } else { run.ended };
            let passed: Vec<_> =
                run.passed(|seen| seen.intended < until).filter_map(Seen::answered_at).collect();
            back_after(&passed, back)
        };
        let [took, control] = [took(self), took(control)];
        Line {
            row: ROW,
            what: format!("Redis is back until limits are shared again, {name}"),
            figure: seconds(took),
            goal: format!("at most {}", seconds(BACK_WITHIN)),
            met: took <= BACK_WITHIN,
            control: format!("{}: each has the whole limit all the time", seconds(control)),
        }
    }
}

/// The latest that a reply may be, and how many are later.
fn beyond(well: &[Duration], troubled: &[Duration]) -> (Duration, usize) {
    let latest = well.iter().copied().max().unwrap_or_default();
    let most = latest.saturating_add(ONCE);
    (most, troubled.iter().filter(|latency| **latency > most).count())
}

fn is_failure(seen: &Seen) -> bool {
    !seen.is(OK) && !seen.is(OVER_ITS_LIMIT)
}

/// How long after this instant a window is over in which more passed than a share.
fn back_after(passed: &[Instant], back: Instant) -> Duration {
    let mut passed = passed.to_vec();
    passed.sort_unstable();
    let enough = MOST_OF_IT * RATE * WINDOW.as_secs_f64();
    let is_enough = |(place, at): (usize, &Instant)| {
        let from = passed.partition_point(|earlier| *earlier + WINDOW <= *at);
        (*at >= back && float(place + 1 - from) >= enough).then(|| *at - back)
    };
    passed.iter().enumerate().find_map(is_enough).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests;

//! What the table says of a BFF that is asked for more than it can do.

use std::time::Duration;

use bff_faults::table::{Line, millis, seconds};

use super::{DEADLINE, OF_CRITICAL, ROW, Run, TIMES};
use crate::seen::{OK, OVERLOADED, Seen, offered, per_mille, percent, rate};

/// In percent of the peak.
const GOODPUT: f64 = 90.0;
/// Times the p99 of an idle BFF.
const SLOWER: u32 = 3;
const REFUSED_WITHIN: Duration = Duration::from_millis(10);
/// In percent of what was to leave: a load that does not keep its rate is no such load.
const OFFERED: f64 = 98.0;

/// What overload takes to be noticed: who comes in that time is let in, whatever is to come. Latencies count from then on.
const NOTICED: Duration = Duration::from_secs(1);

/// The most whole replies a second, within their deadline, that any step got.
#[derive(Default)]
pub(super) struct Peak(f64);

impl Peak {
    pub(super) fn step(&mut self, seen: &[Seen], window: Duration) {
        self.0 = self.0.max(goodput(seen, window));
    }

    /// The mean of what it was before and after: the machine is not always as fast.
    pub(super) fn around(before: f64, after: f64) -> Self {
        Self(f64::midpoint(before, after))
    }

    /// In whole requests.
    pub(super) fn rate(&self) -> u32 {
        Self::whole(self.0)
    }

    /// A rate in whole requests a second, and one at least.
    pub(super) fn whole(rate: f64) -> u32 {
        let whole = Duration::from_secs_f64(rate.max(1.0)).as_secs();
        u32::try_from(whole).unwrap_or(u32::MAX)
    }
}

/// Whole replies a second within their deadline. All sections of the screen are required, so 200 is whole.
fn goodput(seen: &[Seen], window: Duration) -> f64 {
    rate(seen.iter().filter(|seen| seen.screen() <= DEADLINE).count(), window)
}

impl Run {
    fn goodput(&self) -> f64 {
        goodput(&self.seen, self.window)
    }

    /// Those that left after overload was noticed.
    fn settled(&self) -> impl Iterator<Item = &Seen> {
        let noticed = self.began + NOTICED;
        self.seen.iter().filter(move |seen| seen.intended >= noticed)
    }

    /// How long those waited who were let in. Whoever was and got nothing waited for ever.
    fn admitted(&self) -> Duration {
        let admitted = self.settled().filter(|seen| !seen.is(OVERLOADED));
        per_mille(admitted.map(Seen::screen), 990)
    }

    /// How long those waited who got what they asked for, late or not.
    fn came(&self) -> Duration {
        per_mille(self.seen.iter().map(Seen::screen).filter(|screen| *screen < Duration::MAX), 990)
    }

    fn idle(&self) -> Duration {
        per_mille(self.idle.iter().map(Seen::screen), 990)
    }

    /// How many were refused, and how long they waited for it.
    fn refused(&self) -> (usize, Duration) {
        let refused: Vec<_> = self.settled().filter(|seen| seen.is(OVERLOADED)).collect();
        (refused.len(), per_mille(refused.into_iter().map(Seen::reply), 990))
    }

    /// How many of the critical requests were answered, of how many, and how long they waited.
    fn critical(&self) -> (usize, usize, Duration) {
        let critical: Vec<_> = self.seen.iter().filter(|seen| seen.stream == OF_CRITICAL).collect();
        let answered = critical.iter().filter(|seen| seen.is(OK)).count();
        (answered, critical.len(), per_mille(critical.into_iter().map(Seen::screen), 990))
    }

    /// The statuses of what came beside 200 and 503, which say what else has failed.
    fn others(&self) -> String {
        let count = |status| self.seen.iter().filter(|seen| seen.status() == status).count();
        let never = count(None);
        let failed = [500, 502, 504].map(|status| (count(Some(status)), status.to_string()));
        let failed = failed.into_iter().chain([(never, "never".to_owned())]).filter(|(count, _)| *count > 0);
        let failed: Vec<_> = failed.map(|(count, what)| format!("{count} x {what}")).collect();
        if failed.is_empty() { "nothing failed".to_owned() } else { failed.join(", ") }
    }
}

/// Held to the peak, beside the same with nobody refused.
pub(super) fn lines(peak: &Peak, run: &Run, control: &Run) -> Vec<Line> {
    let line = |what: String, figure, goal, met, control| Line { row: ROW, what, figure, goal, met, control };
    let of_peak = |run: &Run| 100.0 * run.goodput() / peak.0.max(1.0);
    let goodput = |run: &Run| format!("{:.0}/s, {:.0} %", run.goodput(), of_peak(run));
    let (most, (refused, waited)) = (SLOWER * run.idle(), run.refused());
    let ((answered, critical, p99), (control_answered, _, control_p99)) =
        (run.critical(), control.critical());
    let sent = |run: &Run| {
        let (offered, late) = offered(&run.seen, run.window);
        (
            100.0 * offered / f64::from(run.rate),
            format!("{offered:.0}/s of {}/s, p99 {} late", run.rate, millis(late)),
        )
    };
    let ((kept, offered), (_, control_offered)) = (sent(run), sent(control));
    vec![
        line(
            format!("whole replies in time at {TIMES} x the peak of {:.0}/s", peak.0),
            format!("{}; {}", goodput(run), run.others()),
            format!("at least {GOODPUT} %"),
            of_peak(run) >= GOODPUT,
            format!("{}; {}", goodput(control), control.others()),
        ),
        line(
            format!("p99 of those let in, from {} on", seconds(NOTICED)),
            millis(run.admitted()),
            format!("at most {}: {SLOWER} x idle", millis(most)),
            run.admitted() <= most,
            format!("{}; {} of the screens that came", millis(control.admitted()), millis(control.came())),
        ),
        line(
            format!("p99 of {refused} refusals, from {} on", seconds(NOTICED)),
            millis(waited),
            format!("at most {}", millis(REFUSED_WITHIN)),
            waited <= REFUSED_WITHIN,
            format!("{} refused", control.refused().0),
        ),
        line(
            "critical requests answered".to_owned(),
            format!("{answered} of {critical}, p99 {}", millis(p99)),
            "all".to_owned(),
            critical > 0 && answered == critical,
            format!("{:.0} %, p99 {}", percent(control_answered, critical), millis(control_p99)),
        ),
        line(
            "requests that left when they should".to_owned(),
            offered,
            format!("at least {OFFERED} %"),
            kept >= OFFERED,
            control_offered,
        ),
    ]
}

#[cfg(test)]
mod tests;

//! What the table says of an outage.

use bff_faults::table::{Line, millis, seconds};
use std::time::Duration;

use super::{Outage, ROW, SECOND, first_whole, longest_pause};
use crate::replies::{Request, ratio};
use crate::service::Attempt;

impl Outage {
    /// Over the whole run, since the budget counts the calls before the outage too. Its reserve is for ten seconds.
    pub(super) fn attempts(&self, name: &str, control: &Self) -> Line {
        let (calls, length) = (self.requests.len(), self.length.max(10 * SECOND));
        let most = calls + calls / 10 + usize::try_from(length.as_secs()).unwrap_or(usize::MAX);
        Line {
            row: ROW,
            what: format!("attempts for {calls} calls, {} in the outage, {name}", self.during().count()),
            figure: format!("{}, {} of them in the outage", self.attempts.len(), self.failed_attempts()),
            goal: format!("at most {most}: 1.10 a call + 1/s"),
            met: self.attempts.len() <= most,
            control: format!(
                "{:.2} a call in the outage, 3 retries without a budget",
                ratio(control.failed_attempts(), control.during().count())
            ),
        }
    }

    /// Attempts that c did not answer well.
    fn failed_attempts(&self) -> usize {
        let in_outage = |attempt: &&Attempt| self.began <= attempt.began && attempt.began < self.ended;
        self.attempts.iter().filter(in_outage).count()
    }

    fn during(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|request| self.began <= request.intended && request.intended < self.ended)
    }

    pub(super) fn opening(&self, name: &str, control: &Self) -> Line {
        let said = self.during().filter(|request| request.says("open_breaker"));
        let opened = said.filter_map(Request::answered_at).min();
        let time = opened.map_or(Duration::MAX, |opened| opened - self.began);
        let calls =
            self.during().filter(|request| opened.is_some_and(|opened| request.intended < opened)).count();
        let never = control.during().filter(|request| request.says("open_breaker")).count();
        Line {
            row: ROW,
            what: format!("until replies say open_breaker, {name}"),
            figure: if opened.is_none() {
                "never".to_owned()
            } else {
                format!("{calls} calls, {}", millis(time))
            },
            goal: "20 calls or 1 s".to_owned(),
            met: opened.is_some() && (calls <= 20 || time <= SECOND),
            control: format!("{never} of {} say so, breaker off", control.during().count()),
        }
    }

    pub(super) fn recovery(&self, name: &str, control: &Self) -> Line {
        let most = longest_pause(self.ended - self.began) + SECOND;
        let took = |run: &Self| {
            first_whole(&run.requests, run.ended).map_or(Duration::MAX, |whole| whole - run.ended)
        };
        Line {
            row: ROW,
            what: format!("c is well again until the first whole reply, {name}"),
            figure: seconds(took(self)),
            goal: format!("at most {}: its pause + 1 s", seconds(most)),
            met: took(self) <= most,
            control: format!("{}, breaker off", seconds(took(control))),
        }
    }

    pub(super) fn after(&self, name: &str, control: &Self) -> Line {
        let degraded = |run: &Self| {
            let from = first_whole(&run.requests, run.ended).map(|whole| whole + SECOND);
            let after =
                run.requests.iter().filter(|request| from.is_some_and(|from| request.intended >= from));
            let (whole, degraded): (Vec<&Request>, Vec<_>) = after.partition(|request| request.is_whole());
            (degraded.len(), whole.len() + degraded.len())
        };
        let ((missing, total), (control, of)) = (degraded(self), degraded(control));
        Line {
            row: ROW,
            what: format!("1 s after that, replies that are not whole, {name}"),
            figure: format!("{missing} of {total}"),
            goal: "0".to_owned(),
            met: missing == 0 && total > 0,
            control: format!("{control} of {of}, breaker off"),
        }
    }
}

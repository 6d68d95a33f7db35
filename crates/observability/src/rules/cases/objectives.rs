//! Cases of the alerts on objectives: every route's page fires, and for one route of each BFF what must and what must not.

use std::time::Duration;

use super::{
    Case, Expected, Firing, Part,
    series::{MINUTES, Traffic},
};
use crate::{
    registry::{Bffs, Route},
    rules::{BURNS, Objective, Rules, Severity},
};

const HOUR: Duration = Duration::from_hours(1);

/// Much, so that a share of a hundredth of a percent is a whole number.
const REQUESTS: u32 = 100_000;

/// All of them: each with every objective, on routes of their own, since one promtool case takes as long as many series.
pub fn cases<'a>(bffs: &'a Bffs, rules: &'a Rules) -> Vec<Case> {
    let on = |job: usize, objective: Objective| {
        let job = bffs.targets.get(job).map(|target| target.job);
        let route = bffs.routes.iter().find(|route| Some(route.job) == job && objective.applies_to(route))?;
        Some(Of { objective, route, rules })
    };
    let some: Vec<_> = Objective::ALL.into_iter().enumerate().filter_map(|(job, of)| on(job, of)).collect();
    let mut cases: Vec<_> = Objective::ALL
        .into_iter()
        .map(|objective| {
            let routes = bffs.routes.iter().filter(|route| objective.applies_to(route));
            let all: Vec<_> = routes.map(|route| Of { objective, route, rules }).collect();
            let name = format!("{}: every route's page", objective.alert());
            Case::merged(&name, all.iter().map(|of| of.burns(BURNS[0].times * 1.1, HOUR, BOTH)))
        })
        .collect();
    let [_, six, three, one] = BURNS.map(|burn| burn.times * 1.1);
    let each = |name: &str, case: &dyn Fn(&Of<'a>) -> Part| Case::merged(name, some.iter().map(case));
    cases.extend([
        each("six times too fast is told at once", &|of| of.burns(six, HOUR, BOTH)),
        each("three times too fast is a ticket", &|of| of.burns(three, HOUR, &[Severity::Ticket])),
        each("a little too fast is a ticket", &|of| of.burns(one, HOUR, &[Severity::Ticket])),
        each("less than what may be is nothing", &|of| of.burns(0.9, HOUR, &[])),
        each("nobody is called for what is over", &Of::over),
        each("ten bad minutes after six good hours are told at once", &|of| of.burst(0, BOTH)),
        each("and are a ticket a quarter of an hour later", &|of| of.burst(15, &[Severity::Ticket])),
        each("one failure in the night is nothing", &|of| of.one_in_five(1, &[])),
        each("the same share of many is told at once", &|of| of.one_in_five(100, BOTH)),
    ]);
    cases
}

const BOTH: &[Severity] = &[Severity::Page, Severity::Ticket];

struct Of<'a> {
    objective: Objective,
    route: &'a Route,
    rules: &'a Rules,
}

impl Of<'_> {
    /// Always so fast.
    fn burns(&self, times: f64, at: Duration, firing: &[Severity]) -> Part {
        let traffic = self.burning(times);
        let share = percentage(traffic.share());
        self.part(traffic, at, firing, [&share, &share])
    }

    /// It was bad for half an hour, and has been well for longer than the page's shorter windows.
    fn over(&self) -> Part {
        let traffic = Traffic { until: 30, ..self.burning(100.0 / 3.0) };
        let share = percentage(traffic.share() * 30.0 / 70.0);
        self.part(traffic, Duration::from_mins(70), &[Severity::Ticket], [&share, &share])
    }

    /// Ten bad minutes after six good hours, seen so many minutes after their end: six hours have not been bad on the whole, so
    /// that only the fastest burn calls somebody, and only while it goes on.
    fn burst(&self, after: u32, firing: &[Severity]) -> Part {
        const GOOD: u32 = 360;
        let traffic = Traffic { from: GOOD, until: GOOD + 10, ..self.burning(BURNS[0].times * 1.1 * 6.0) };
        let minutes = traffic.until + after;
        let of_all = percentage(traffic.share() * 10.0 / f64::from(minutes));
        let at = Duration::from_mins(minutes.into());
        self.part(traffic, at, firing, [&percentage(traffic.share() / 6.0), &of_all])
    }

    /// Of five minutes' requests, so many each, those of the third fail: a large share, of few or of many.
    fn one_in_five(&self, requests: u32, firing: &[Severity]) -> Part {
        let traffic = Traffic { requests, bad: requests, from: 2, until: 3 };
        self.part(traffic, Duration::from_mins(5), firing, ["20%", "20%"])
    }

    /// Errors that are used up so many times too fast.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a hundred thousand"
    )]
    fn burning(&self, times: f64) -> Traffic {
        let bad = (f64::from(REQUESTS) * self.objective.budget(self.route) * times).round() as u32;
        Traffic { requests: REQUESTS, bad: bad.min(REQUESTS), from: 0, until: MINUTES }
    }

    /// The alerts of these severities must fire; a page's value is the first, a ticket's the second.
    fn part(&self, traffic: Traffic, at: Duration, firing: &[Severity], values: [&str; 2]) -> Part {
        let labels = self.route.labels();
        let labels: Vec<_> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let alert = self.objective.alert();
        let rules =
            self.rules.alerts().filter(|rule| rule.name == alert && rule.labels == self.route.labels());
        let firing = rules.filter(|rule| firing.contains(&rule.severity)).map(|rule| {
            Firing::of(rule, &labels, if rule.severity == Severity::Page { values[0] } else { values[1] })
        });
        let firing = firing.collect();
        (traffic.series(self.route, self.objective), Expected { at, alert, firing })
    }
}

/// As `humanizePercentage` writes it: four digits that matter.
fn percentage(share: f64) -> String {
    let percent = share * 100.0;
    let digits = if percent >= 10.0 {
        2
    } else if percent >= 1.0 {
        3
    } else if percent >= 0.1 {
        4
    } else {
        5
    };
    let text = format!("{percent:.digits$}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

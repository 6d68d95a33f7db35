//! Alerts on the speed at which a route uses up the errors that its objectives allow in thirty days: "The Site Reliability
//! Workbook", chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
//!
//! The longer window says that it matters, the shorter one that it goes on, so that an alert ends soon after its cause does.
//! Where few ask, one failure is a large share: fewer than [`FEWEST`] failures in the longer window tell nobody.

use std::time::Duration;

use super::{Alert, Group, Rule, every, nominal, number};
use crate::{
    registry::{Bffs, Route},
    scale::Scale,
};

/// How soon somebody must look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Now, at night too.
    Page,
    /// In working hours.
    Ticket,
}

impl Severity {
    /// Its word in the label `severity`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// Errors that are used up so many times too fast, over two windows.
#[derive(Debug, Clone, Copy)]
pub struct Burn {
    /// 1 would use up exactly what there is for thirty days.
    pub times: f64,
    /// Over which it matters.
    pub long: Duration,
    /// Over which it goes on.
    pub short: Duration,
    /// What it is worth.
    pub severity: Severity,
}

const fn burn(times: f64, long: Duration, short: Duration, severity: Severity) -> Burn {
    Burn { times, long, short, severity }
}

/// 2 % of thirty days' errors in an hour, 5 % in six; 10 % in a day, and 10 % in three.
pub const BURNS: [Burn; 4] = [
    burn(14.4, Duration::from_hours(1), Duration::from_mins(5), Severity::Page),
    burn(6.0, Duration::from_hours(6), Duration::from_mins(30), Severity::Page),
    burn(3.0, Duration::from_hours(24), Duration::from_hours(2), Severity::Ticket),
    burn(1.0, Duration::from_hours(72), Duration::from_hours(6), Severity::Ticket),
];

/// Failures of the longer window below which nobody is told.
pub const FEWEST: u32 = 10;

/// What a route may promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Not to answer with a 5xx.
    Errors,
    /// To answer in time.
    Slow,
    /// To leave nothing out.
    Degraded,
}

impl Objective {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Errors, Self::Slow, Self::Degraded];

    /// Its word in recorded series.
    pub const fn series(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Slow => "slow",
            Self::Degraded => "degraded",
        }
    }

    /// Its alert.
    pub const fn alert(self) -> &'static str {
        match self {
            Self::Errors => "ScreenErrors",
            Self::Slow => "ScreenSlow",
            Self::Degraded => "ScreenDegraded",
        }
    }

    /// The share that may be broken, such as 0.001.
    pub fn budget(self, route: &Route) -> f64 {
        let percent = match self {
            Self::Errors => route.slo.available,
            Self::Slow => route.slo.fast,
            Self::Degraded => route.slo.whole,
        };
        1.0 - percent / 100.0
    }

    /// Whether a route can break it: what is no screen has no sections.
    pub fn applies_to(self, route: &Route) -> bool {
        self != Self::Degraded || route.screen.is_some()
    }

    fn says(self, route: &Route) -> String {
        match self {
            Self::Errors => "requests are answered with a 5xx".to_owned(),
            Self::Slow => format!("requests take longer than {} s", route.within),
            Self::Degraded => "replies lack a section or show a stand-in".to_owned(),
        }
    }
}

/// A rule for each route, objective and severity.
pub fn group(bffs: &Bffs, scale: Scale) -> Group {
    let mut rules = Vec::new();
    for objective in Objective::ALL {
        for route in bffs.routes.iter().filter(|route| objective.applies_to(route)) {
            for severity in [Severity::Page, Severity::Ticket] {
                rules.push(Rule::Alert(alert(objective, route, severity, scale)));
            }
        }
    }
    Group { name: "bff-objectives".to_owned(), every: every(Duration::ZERO, scale), rules }
}

fn alert(objective: Objective, route: &Route, severity: Severity, scale: Scale) -> Alert {
    let parts = BURNS.iter().filter(|burn| burn.severity == severity);
    let parts: Vec<_> = parts.map(|burn| is_burning(objective, route, burn, scale)).collect();
    let allowed = number(objective.budget(route) * 100.0);
    Alert {
        name: objective.alert(),
        expr: parts.join("\nor\n"),
        lasts: Duration::ZERO,
        severity,
        labels: route.labels(),
        summary: format!(
            "{}: {{{{ $value | humanizePercentage }}}} of {}; {allowed}% may be",
            route.title(),
            objective.says(route)
        ),
        description: format!(
            "It calls {}. The dashboard bff-screens shows its sections, bff-services what it calls.",
            route.candidates()
        ),
    }
}

fn is_burning(objective: Objective, route: &Route, burn: &Burn, scale: Scale) -> String {
    let (name, selector) = (objective.series(), route.selector());
    let most = format!("{} * {}", number(burn.times), number(objective.budget(route)));
    let (long, short) = (nominal(burn.long), nominal(burn.short));
    let seconds = scale.seconds(burn.long);
    format!(
        "(\n  bff:{name}:ratio_{long}{{{selector}}} > {most}\n  \
         and\n  bff:{name}:ratio_{short}{{{selector}}} > {most}\n  \
         and\n  bff:{name}:rate_{long}{{{selector}}} * {seconds} >= {FEWEST}\n)"
    )
}

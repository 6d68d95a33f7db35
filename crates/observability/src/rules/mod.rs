//! What Prometheus computes and watches: recorded ratios by route and window, alerts on the speed at which a route's errors are
//! used up, and alerts on the house itself.

mod burn;
pub mod cases;
pub mod house;
mod recording;
mod yaml;

use std::time::Duration;

pub use self::burn::{BURNS, Burn, FEWEST, Objective, Severity};
pub use self::yaml::HEAD;
use crate::{
    registry::Bffs,
    scale::{Scale, text},
};

/// How often rules are evaluated.
const EVERY: Duration = Duration::from_secs(30);

/// How often at most in a drill.
const SOONEST: Duration = Duration::from_millis(500);

/// How often where the window is long. Less than the five minutes after which Prometheus forgets a sample.
const SELDOM: Duration = Duration::from_mins(2);

/// All rules, in groups that are evaluated one rule after the other.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Recording ones first.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Unique.
    pub name: String,
    /// How often.
    pub every: Duration,
    /// In this order.
    pub rules: Vec<Rule>,
}

/// Labels and their values.
pub type Labels = Vec<(&'static str, String)>;

/// One rule.
#[derive(Debug, Clone)]
pub enum Rule {
    /// A series that is computed.
    Record {
        /// Such as `bff:errors:ratio_5m`.
        name: String,
        /// What it is.
        expr: String,
        /// What tells it from others of its name; empty where it is the only one.
        labels: Labels,
    },
    /// Somebody is told.
    Alert(Alert),
}

/// Somebody is told.
#[derive(Debug, Clone)]
pub struct Alert {
    /// The name, which its runbook has too.
    pub name: &'static str,
    /// It fires for every series that this has.
    pub expr: String,
    /// After it was true for so long.
    pub lasts: Duration,
    /// Now, or when somebody has the time.
    pub severity: Severity,
    /// What tells it from others of its name, as its series say too.
    pub labels: Labels,
    /// What has happened, in a sentence. `{{ … }}` is Prometheus' template.
    pub summary: String,
    /// Where to look first.
    pub description: String,
}

/// All rules for these BFFs, every duration divided by `scale`.
pub fn all(bffs: &Bffs, scale: Scale) -> Rules {
    let mut groups = recording::groups(bffs, scale);
    groups.push(burn::group(bffs, scale));
    groups.push(house::group(bffs, scale));
    Rules { groups }
}

impl Rules {
    /// The alerts.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.groups.iter().flat_map(|group| &group.rules).filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert),
            Rule::Record { .. } => None,
        })
    }

    /// The names of the alerts, each once, in their order.
    pub fn alert_names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.alerts().map(|alert| alert.name).collect();
        names.dedup();
        names
    }

    /// The names of the recorded series, each once.
    pub fn recorded(&self) -> Vec<&str> {
        let rules = self.groups.iter().flat_map(|group| &group.rules);
        let mut names: Vec<_> = rules
            .filter_map(|rule| match rule {
                Rule::Record { name, .. } => Some(name.as_str()),
                Rule::Alert(_) => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Every expression, with the name of its rule.
    pub fn expressions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.groups.iter().flat_map(|group| &group.rules).map(|rule| match rule {
            Rule::Record { name, expr, .. } => (name.as_str(), expr.as_str()),
            Rule::Alert(alert) => (alert.name, alert.expr.as_str()),
        })
    }

    /// `rules.yml`.
    pub fn text(&self) -> String {
        yaml::rules(self)
    }
}

fn every(window: Duration, scale: Scale) -> Duration {
    scale.at_least(if window >= Duration::from_hours(6) { SELDOM } else { EVERY }, SOONEST)
}

/// A number of an expression, without the dust of its computation: a budget of 100 - 99.9 percent is 0.001.
fn number(value: f64) -> String {
    let rounded = format!("{value:.7}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A window as names of recorded series have it, in a drill too.
fn nominal(window: Duration) -> String {
    text(window)
}

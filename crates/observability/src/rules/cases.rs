//! `rules.test.yml`: for each alert, series under which it fires and series under which it must not, for `promtool test rules`.

mod house;
mod objectives;
mod series;

use std::{fmt::Write as _, time::Duration};

use super::{Alert, HEAD, Rules, Severity, yaml::quoted};
use crate::{registry::Bffs, runbooks, scale};

/// What is there, and what must fire.
struct Case {
    name: String,
    series: Vec<Series>,
    expected: Vec<Expected>,
}

/// A part of a case, on series of its own.
type Part = (Vec<Series>, Expected);

impl Case {
    fn merged(name: &str, parts: impl Iterator<Item = Part>) -> Self {
        let mut case = Self { name: name.to_owned(), series: Vec::new(), expected: Vec::new() };
        for (series, expected) in parts {
            case.series.extend(series);
            // promtool compares all that fire under a name at once.
            match case
                .expected
                .iter_mut()
                .find(|other| (other.alert, other.at) == (expected.alert, expected.at))
            {
                Some(other) => other.firing.extend(expected.firing),
                None => case.expected.push(expected),
            }
        }
        case
    }
}

/// A series, a sample a minute, as promtool writes it: `0+60x70`.
struct Series {
    name: String,
    samples: String,
}

/// What an alert must say at a moment. None at all is an expectation too.
struct Expected {
    at: Duration,
    alert: &'static str,
    firing: Vec<Firing>,
}

/// One alert that fires.
struct Firing {
    severity: Severity,
    /// The labels of its series.
    labels: Vec<(String, String)>,
    summary: String,
    description: String,
}

/// The file.
pub fn text(bffs: &Bffs, rules: &Rules) -> String {
    let cases = objectives::cases(bffs, rules).into_iter().chain(house::cases(bffs, rules));
    let mut out = format!("{HEAD}rule_files:\n  - rules.yml\nevaluation_interval: 5m\ngroup_eval_order:\n");
    // Without it promtool takes any order, and an alert may see what was recorded a minute ago.
    for group in &rules.groups {
        let _ = writeln!(out, "  - {}", group.name);
    }
    out.push_str("tests:\n");
    for case in cases {
        write(&mut out, &case);
    }
    out
}

impl Firing {
    /// This alert for the series of these labels, its templates filled with `value` and them.
    fn of(alert: &Alert, labels: &[(&str, &str)], value: &str) -> Self {
        let fill = |template: &str| {
            let mut text = template.to_owned();
            for function in [" | humanizePercentage", " | humanizeDuration", " | humanize", ""] {
                text = text.replace(&format!("{{{{ $value{function} }}}}"), value);
            }
            let instance = labels.iter().find(|(name, _)| *name == "instance");
            let of = instance.map(|(_, value)| format!(" of {value}")).unwrap_or_default();
            text = text.replace("{{ with $labels.instance }} of {{ . }}{{ end }}", &of);
            labels
                .iter()
                .fold(text, |text, (name, value)| text.replace(&format!("{{{{ $labels.{name} }}}}"), value))
        };
        Self {
            severity: alert.severity,
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            summary: fill(&alert.summary),
            description: fill(&alert.description),
        }
    }
}

fn write(out: &mut String, case: &Case) {
    let _ = write!(out, "  - name: {}\n    interval: 1m\n    input_series:\n", quoted(&case.name));
    for Series { name, samples } in &case.series {
        let _ = write!(out, "      - series: {}\n        values: {samples}\n", quoted(name));
    }
    let _ = writeln!(out, "    alert_rule_test:");
    for Expected { at, alert, firing } in &case.expected {
        let _ = writeln!(out, "      - eval_time: {}\n        alertname: {alert}", scale::text(*at));
        if firing.is_empty() {
            let _ = writeln!(out, "        exp_alerts: []");
            continue;
        }
        let _ = writeln!(out, "        exp_alerts:");
        for Firing { severity, labels, summary, description } in firing {
            let _ = writeln!(out, "          - exp_labels:\n              severity: {}", severity.as_str());
            for (name, value) in labels {
                let _ = writeln!(out, "              {name}: {}", quoted(value));
            }
            let _ = write!(
                out,
                "            exp_annotations:\n              summary: {}\n              description: {}\n              \
                 runbook_url: {}\n",
                quoted(summary),
                quoted(description),
                quoted(&runbooks::url(alert))
            );
        }
    }
}

//! `rules.yml` as people read it: an expression is a block, everything else one line.

use std::fmt::Write as _;

use super::{Alert, Group, Labels, Rule, Rules};
use crate::{runbooks, scale::text};

/// What each generated file begins with.
pub const HEAD: &str = "# Made by `just observability` from the routes of the BFFs and the catalogue of metrics. Not to be edited.\n";

/// The file.
pub fn rules(rules: &Rules) -> String {
    let mut out = format!("{HEAD}groups:\n");
    for Group { name, every, rules } in &rules.groups {
        let _ = write!(out, "  - name: {name}\n    interval: {}\n    rules:\n", text(*every));
        for rule in rules {
            match rule {
                Rule::Record { name, expr, labels } => {
                    let _ = write!(out, "      - record: {name}\n{}", block(expr));
                    if !labels.is_empty() {
                        let _ = write!(out, "        labels:\n{}", lines(labels));
                    }
                }
                Rule::Alert(rule) => alert(&mut out, rule),
            }
        }
    }
    out
}

fn alert(out: &mut String, alert: &Alert) {
    let Alert { name, expr, lasts, severity, labels, summary, description } = alert;
    let _ = write!(out, "      - alert: {name}\n{}", block(expr));
    if !lasts.is_zero() {
        let _ = writeln!(out, "        for: {}", text(*lasts));
    }
    let _ = write!(out, "        labels:\n          severity: {}\n{}", severity.as_str(), lines(labels));
    let annotations =
        [("summary", summary), ("description", description), ("runbook_url", &runbooks::url(name))];
    let _ = writeln!(out, "        annotations:");
    for (name, value) in annotations {
        let _ = writeln!(out, "          {name}: {}", quoted(value));
    }
}

fn lines(labels: &Labels) -> String {
    labels
        .iter()
        .fold(String::new(), |text, (name, value)| text + &format!("          {name}: {}\n", quoted(value)))
}

fn block(expr: &str) -> String {
    if !expr.contains('\n') {
        return format!("        expr: {}\n", quoted(expr));
    }
    let lines = expr.lines().map(|line| format!("          {line}\n"));
    format!("        expr: |-\n{}", lines.collect::<String>())
}

/// A text in single quotes, in which YAML knows nothing but the quote itself.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

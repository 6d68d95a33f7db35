//! Whether an expression names only what there is: metrics of the catalogue with labels that they have, recorded series, and what
//! Prometheus adds by itself. It knows PromQL's words and braces, and leaves its grammar to promtool.

pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use bff_core::telemetry::metrics::catalogue::{ALL, Kind};

use self::words::{Word, words};
use crate::registry::LABELS;

/// What Prometheus adds to whatever it scrapes.
const TARGET: [&str; 2] = ["job", "instance"];

/// Every series that an expression may name, and its labels.
#[derive(Debug)]
pub struct Known(BTreeMap<String, BTreeSet<String>>);

impl Known {
    /// What is scraped, what these rules record, and what Prometheus says of itself.
    pub fn new<'a>(recorded: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = BTreeMap::new();
        let mut add = |name: String, labels: &mut dyn Iterator<Item = String>| {
            known.insert(name, labels.chain(TARGET.map(str::to_owned)).collect());
        };
        for metric in ALL {
            let (name, labels) =
                (metric.prometheus_name(), || metric.labels.iter().map(|l| l.replace('.', "_")));
            match metric.kind {
                Kind::Histogram(_) => {
                    add(format!("{name}_bucket"), &mut labels().chain(["le".to_owned()]));
                    add(format!("{name}_count"), &mut labels());
                    add(format!("{name}_sum"), &mut labels());
                }
                Kind::Counter | Kind::Gauge => add(name, &mut labels()),
            }
        }
        for name in recorded {
            add(name.to_owned(), &mut LABELS.iter().map(|label| (*label).to_owned()));
        }
        add("up".to_owned(), &mut std::iter::empty());
        add("ALERTS".to_owned(), &mut ["alertname", "alertstate", "severity"].map(str::to_owned).into_iter());
        Self(known)
    }

    /// What is wrong with an expression: each name and label that does not exist.
    pub fn faults(&self, expr: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let words = words(expr);
        let mut there: BTreeSet<&str> = BTreeSet::new();
        for word in &words {
            let Word::Series { name, matchers } = word else { continue };
            let Some(known) = self.0.get(name) else {
                faults.push(format!("there is no {name}"));
                continue;
            };
            there.extend(known.iter().map(String::as_str));
            let wrong = matchers.iter().map(|matcher| &matcher.label).filter(|label| !known.contains(*label));
            faults.extend(wrong.map(|label| format!("{name} has no label {label}")));
        }
        for word in &words {
            let Word::Grouping { labels } = word else { continue };
            let wrong = labels.iter().filter(|label| !there.contains(label.as_str()));
            faults.extend(wrong.map(|label| format!("nothing here has the label {label}")));
        }
        faults
    }

    /// The names of series in an expression.
    pub fn names(expr: &str) -> Vec<String> {
        let series = words(expr).into_iter().filter_map(|word| match word {
            Word::Series { name, .. } => Some(name),
            Word::Grouping { .. } => None,
        });
        series.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_passes() {
        let known = Known::new(["bff:errors:ratio_5m"]);
        for expr in [
            "sum by (job, http_route) (rate(http_server_request_duration_seconds_bucket{le=\"0.25\"}[5m]))",
            "histogram_quantile(0.99, sum by (le) (rate(bff_section_duration_seconds_bucket[$__rate_interval])))",
            "bff:errors:ratio_5m{http_route=~\"$route\", job=\"x{y\"} > 14.4 * 0.001 and on (job) up == 1",
            "time() - process_start_time_seconds",
            "max by (job, instance) (bff_ready) offset 5m",
        ] {
            assert_eq!(known.faults(expr), Vec::<String>::new(), "{expr}");
        }
    }

    #[test]
    fn what_there_is_not_is_named() {
        let known = Known::new(["bff:errors:ratio_5m"]);
        for (expr, says) in [
            (
                "rate(http_server_request_duration_second_count[5m])",
                "there is no http_server_request_duration_second_count",
            ),
            ("http_server_request_duration_seconds", "there is no http_server_request_duration_seconds"),
            ("bff:errors:ratio_7m", "there is no bff:errors:ratio_7m"),
            ("bff_ready{http_route=\"/\"}", "bff_ready has no label http_route"),
            ("bff_ready{le=\"1\"} > 0", "bff_ready has no label le"),
            ("sum by (job, route) (bff_ready)", "nothing here has the label route"),
            ("bff_ready and on (jop) up", "nothing here has the label jop"),
            ("sum(bff_ready) by (bff_servce)", "nothing here has the label bff_servce"),
        ] {
            assert_eq!(known.faults(expr), [says], "{expr}");
        }
    }
}

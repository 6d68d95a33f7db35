//! `METRICS.md`: every metric, from the catalogue.

use bff_core::telemetry::metrics::catalogue::{ALL, BYTES, Kind, MILLISECONDS, Metric, SECONDS, Unit};

use super::{code, table};

const HEAD: &str = "\
# Metrics

Made by `just observability` from the catalogue (`crates/core/src/telemetry/metrics/catalogue.rs`). Not to be edited.

They are at `/metrics` of the admin listener. Names are OpenTelemetry's where its semantic conventions have one; ours begin with
`bff.`. Prometheus adds `job` and `instance`. No label has a value that a client chooses: routes are templates, and paths that no
route matches are all `unmatched`.

";

/// The file.
pub fn text() -> String {
    let head = ["Prometheus", "name", "kind", "unit", "labels", "what it says"];
    let buckets = [("s", SECONDS), ("ms", MILLISECONDS), ("bytes", BYTES)].map(|(unit, buckets)| {
        let list: Vec<_> = buckets.iter().map(ToString::to_string).collect();
        format!("- {unit}: {}\n", list.join(", "))
    });
    format!("{HEAD}{}\n## Buckets of histograms\n\n{}", table(head, ALL.iter().map(row)), buckets.concat())
}

fn row(metric: &Metric) -> [String; 6] {
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let unit = match metric.unit {
        Unit::None => "",
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Bytes => "bytes",
    };
    let labels: Vec<_> = metric.labels.iter().map(|label| code(&label.replace('.', "_"))).collect();
    let name = code(&metric.prometheus_name());
    [
        name,
        code(metric.name),
        kind.to_owned(),
        unit.to_owned(),
        labels.join(", "),
        metric.help.trim().to_owned(),
    ]
}

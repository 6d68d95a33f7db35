//! The ratios that alerts and dashboards read, for each window: errors and slow replies by requests, degraded by replies.

use std::time::Duration;

use bff_core::telemetry::metrics::catalogue::{SCREEN_REPLIES, SERVER_DURATION};

use super::{Group, Rule, every, nominal};
use crate::{
    registry::{Bffs, LABELS, Route},
    scale::Scale,
};

/// The windows of [`BURNS`](super::BURNS), each once.
pub const WINDOWS: [Duration; 7] = [
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(24),
    Duration::from_hours(72),
];

/// A group for each window, so that one reads what it recorded a moment ago.
pub fn groups(bffs: &Bffs, scale: Scale) -> Vec<Group> {
    WINDOWS.iter().map(|window| group(bffs, *window, scale)).collect()
}

fn group(bffs: &Bffs, window: Duration, scale: Scale) -> Group {
    let (by, range, w) = (LABELS.join(", "), scale.text(window), nominal(window));
    let (requests, replies) = (SERVER_DURATION.prometheus_name(), SCREEN_REPLIES.prometheus_name());
    // Other programs have metrics of the same names.
    let jobs: Vec<_> = bffs.targets.iter().map(|target| target.job).collect();
    let ours = format!("job=~\"{}\"", jobs.join("|"));
    let sum = |series: String| format!("sum by ({by}) (rate({series}[{range}]))");
    let record =
        |name: &str, expr: String| Rule::Record { name: format!("bff:{name}_{w}"), expr, labels: Vec::new() };
    // Without a single failure there is no series of failures: the ratio is 0 and not unknown.
    let some = |part: String, whole: &str| format!("{part}\nor\n0 * bff:{whole}:rate_{w}");
    let ratio = |part: &str, whole: &str| {
        let expr = format!("bff:{part}:rate_{w} / (bff:{whole}:rate_{w} > 0)");
        record(&format!("{part}:ratio"), expr)
    };
    let errors = sum(format!("{requests}_count{{{ours},http_response_status_code=~\"5..\"}}"));
    let degraded = sum(format!("{replies}{{{ours},bff_result=\"degraded\"}}"));
    let mut rules = vec![
        record("requests:rate", sum(format!("{requests}_count{{{ours}}}"))),
        record("errors:rate", some(errors, "requests")),
        ratio("errors", "requests"),
    ];
    rules.extend(bffs.routes.iter().map(|route| {
        let fast = sum(format!("{requests}_bucket{{{},{}}}", route.selector(), within(route)));
        let all = format!("bff:requests:rate_{w}{{{}}}", route.selector());
        let (name, expr) = (format!("bff:slow:rate_{w}"), format!("clamp_min({all} - {fast}, 0)"));
        Rule::Record { name, expr, labels: route.labels() }
    }));
    rules.extend([
        ratio("slow", "requests"),
        record("replies:rate", sum(format!("{replies}{{{ours},bff_result=~\"whole|degraded\"}}"))),
        record("degraded:rate", some(degraded, "replies")),
        ratio("degraded", "replies"),
    ]);
    Group { name: format!("bff-{w}"), every: every(window, scale), rules }
}

/// The bucket of what is fast. Prometheus 3 writes `1.0` where Prometheus 2 leaves what it was told.
pub fn within(route: &Route) -> String {
    let seconds = route.within;
    if seconds.fract() == 0.0 {
        format!("le=~\"{seconds}|{seconds}\\\\.0\"")
    } else {
        format!("le=\"{seconds}\"")
    }
}

//! Alerts on the BFFs themselves: what is broken here, also while no screen suffers from it yet.

use std::time::Duration;

use bff_core::telemetry::metrics::catalogue::{
    ADMISSIONS, BREAKER_STATE, JWKS_AGE, LOG_LINES, Metric, PHASE, READY, SPANS,
};

use super::{Alert, Group, Rule, Severity, every};
use crate::{registry::Bffs, scale::Scale};

/// Nobody answers at `/metrics`.
pub const NOT_SCRAPED: &str = "BffNotScraped";
/// Not ready, and not since it drains.
pub const NOT_READY: &str = "BffNotReady";
/// A breaker that does not close.
pub const BREAKER_OPEN: &str = "BreakerOpen";
/// Too much to do.
pub const ADMISSION_REFUSES: &str = "AdmissionRefuses";
/// The collector is away or too slow.
pub const SPANS_LOST: &str = "SpansLost";
/// Nobody reads standard output.
pub const LOG_LINES_LOST: &str = "LogLinesLost";
/// An issuer is away.
pub const KEYS_OLD: &str = "SigningKeysOld";

/// Keys are read every five minutes: twelve times nothing came. They last a day.
const OLD: Duration = Duration::from_hours(1);

/// No alert is so sudden that one look which failed would do, in a drill neither.
const SHORTEST: Duration = Duration::from_secs(5);

/// The rules.
pub fn group(bffs: &Bffs, scale: Scale) -> Group {
    let rules = vec![
        not_scraped(bffs, scale),
        not_ready(scale),
        breaker_open(scale),
        admission_refuses(scale),
        lost(SPANS_LOST, &SPANS, "dropped|failed", "spans are lost", "Traces have holes", scale),
        lost(LOG_LINES_LOST, &LOG_LINES, "lost", "lines of requests are lost", "The log has holes", scale),
        keys_old(scale),
    ];
    let rules = rules.into_iter().map(Rule::Alert).collect();
    Group { name: "bff-house".to_owned(), every: every(Duration::ZERO, scale), rules }
}

fn not_scraped(bffs: &Bffs, scale: Scale) -> Alert {
    // A target that nobody has configured has no `up` at all.
    let absent = bffs.targets.iter().map(|target| format!("absent(up{{job=\"{}\"}})", target.job));
    let jobs: Vec<_> = bffs.targets.iter().map(|target| target.job).collect();
    let down = format!("up{{job=~\"{}\"}} == 0", jobs.join("|"));
    Alert {
        name: NOT_SCRAPED,
        expr: std::iter::once(down).chain(absent).collect::<Vec<_>>().join("\nor\n"),
        lasts: lasts(Duration::from_mins(2), scale),
        severity: Severity::Page,
        labels: Vec::new(),
        summary:
            "{{ $labels.job }}: nothing answers at /metrics{{ with $labels.instance }} of {{ . }}{{ end }}"
                .to_owned(),
        description:
            "The process is gone, its admin listener can't be reached, or Prometheus does not know it. \
                      While this lasts no other alert of this instance can fire."
                .to_owned(),
    }
}

fn not_ready(scale: Scale) -> Alert {
    let (ready, phase) = (READY.prometheus_name(), PHASE.prometheus_name());
    Alert {
        name: NOT_READY,
        expr: format!("{ready} == 0 unless on (job, instance) {phase} == 2"),
        lasts: lasts(Duration::from_mins(5), scale),
        severity: Severity::Page,
        labels: Vec::new(),
        summary:
            "{{ $labels.job }} {{ $labels.instance }} has not been ready for 5 minutes, and does not drain"
                .to_owned(),
        description: "Load balancers send it nothing. /ready says why.".to_owned(),
    }
}

fn breaker_open(scale: Scale) -> Alert {
    let (state, range) = (BREAKER_STATE.prometheus_name(), scale.text(Duration::from_mins(10)));
    Alert {
        name: BREAKER_OPEN,
        // A probe half opens it now and then; it is well when it is closed.
        expr: format!(
            "max by (job, bff_service, server_address, server_port) (min_over_time({state}[{range}])) > 0"
        ),
        lasts: Duration::ZERO,
        severity: Severity::Ticket,
        labels: Vec::new(),
        summary:
            "{{ $labels.job }}: the breaker of {{ $labels.bff_service }} at {{ $labels.server_address }}:\
                  {{ $labels.server_port }} has not closed for 10 minutes"
                .to_owned(),
        description: "Every probe failed. Screens that need the service fail, others are degraded."
            .to_owned(),
    }
}

fn admission_refuses(scale: Scale) -> Alert {
    let (decisions, range) = (ADMISSIONS.prometheus_name(), scale.text(Duration::from_mins(5)));
    let sum = |matcher: &str| format!("sum by (job) (rate({decisions}{matcher}[{range}]))");
    Alert {
        name: ADMISSION_REFUSES,
        expr: format!("{} / {} > 0.01", sum("{bff_decision=\"refused\"}"), sum("")),
        lasts: lasts(Duration::from_mins(5), scale),
        severity: Severity::Ticket,
        labels: Vec::new(),
        summary: "{{ $labels.job }}: admission refuses {{ $value | humanizePercentage }} of requests".to_owned(),
        description: "There is more to do than the instances can. What is refused is counted as errors too, which page."
            .to_owned(),
    }
}

fn lost(name: &'static str, metric: &Metric, results: &str, what: &str, means: &str, scale: Scale) -> Alert {
    let (series, range) = (metric.prometheus_name(), scale.text(Duration::from_mins(10)));
    Alert {
        name,
        expr: format!("sum by (job) (rate({series}{{bff_result=~\"{results}\"}}[{range}])) > 0"),
        lasts: lasts(Duration::from_mins(10), scale),
        severity: Severity::Ticket,
        labels: Vec::new(),
        summary: format!("{{{{ $labels.job }}}}: {{{{ $value | humanize }}}} {what} a second"),
        description: format!("{means}; requests are served as ever."),
    }
}

fn keys_old(scale: Scale) -> Alert {
    let age = JWKS_AGE.prometheus_name();
    Alert {
        name: KEYS_OLD,
        // Not scaled: the age is what the BFF says.
        expr: format!("max by (job, bff_issuer) ({age}) > {}", OLD.as_secs()),
        lasts: lasts(Duration::from_mins(5), scale),
        severity: Severity::Ticket,
        labels: Vec::new(),
        summary: "{{ $labels.job }}: the keys of {{ $labels.bff_issuer }} are {{ $value | humanizeDuration }} old"
            .to_owned(),
        description: "The issuer has not answered for an hour. Known keys are good for auth.jwks_keep (24 h by default); \
                      a new key of the issuer is not known here."
            .to_owned(),
    }
}

fn lasts(time: Duration, scale: Scale) -> Duration {
    scale.at_least(time, SHORTEST)
}

//! Cases of the alerts on the BFFs themselves.

use std::time::Duration;

use bff_core::telemetry::metrics::catalogue::{
    ADMISSIONS, BREAKER_STATE, JWKS_AGE, LOG_LINES, PHASE, READY, SPANS,
};

use super::{Case, Expected, Firing, Part, Series, series::even};
use crate::{
    registry::Bffs,
    rules::{Rules, house},
};

const LATE: Duration = Duration::from_mins(40);

/// All of them: what must fire, and what must not.
pub fn cases(bffs: &Bffs, rules: &Rules) -> Vec<Case> {
    let Some(job) = bffs.targets.first().map(|target| target.job) else { return Vec::new() };
    let part = |series: Vec<Series>, alert: &'static str, firing: &[(&[(&str, &str)], &str)]| -> Part {
        let rule = rules.alerts().find(|rule| rule.name == alert);
        let firing =
            rule.map(|rule| firing.iter().map(|(labels, value)| Firing::of(rule, labels, value)).collect());
        (series, Expected { at: LATE, alert, firing: firing.unwrap_or_default() })
    };
    let one = |name: &str, labels: &str, samples: &str| {
        let series = format!("{name}{{job=\"{job}\",instance=\"a\"{labels}}}");
        Series { name: series, samples: samples.to_owned() }
    };
    let up = |job: &str, samples: &str| Series {
        name: format!("up{{job=\"{job}\",instance=\"a\"}}"),
        samples: samples.to_owned(),
    };
    let ups = |first: &str| -> Vec<_> {
        let jobs = bffs.targets.iter().map(|target| target.job);
        jobs.enumerate().map(|(place, job)| up(job, if place == 0 { first } else { "1x70" })).collect()
    };
    let (ready, phase) = (READY.prometheus_name(), PHASE.prometheus_name());
    let (breaker, age) = (BREAKER_STATE.prometheus_name(), JWKS_AGE.prometheus_name());
    let endpoint = |service: &str| {
        format!(",bff_service=\"{service}\",server_address=\"10.0.0.1\",server_port=\"50051\"")
    };
    let decided = |refused: u32| {
        let decided = |decision: &str, reason: &str, count: u32| {
            let labels = format!(",bff_decision=\"{decision}\",bff_reason=\"{reason}\"");
            one(&ADMISSIONS.prometheus_name(), &labels, &even(count))
        };
        vec![decided("admitted", "", 10_000 - refused), decided("refused", "lag", refused)]
    };
    let told = |metric: String, result: &str, samples: &str| {
        one(&metric, &format!(",bff_result=\"{result}\""), samples)
    };
    let (spans, lines) = (|| SPANS.prometheus_name(), || LOG_LINES.prometheus_name());
    let target: &[(&str, &str)] = &[("job", job), ("instance", "a")];
    let of_job: &[(&str, &str)] = &[("job", job)];
    let fires = [
        part(ups("1x30 0x40"), house::NOT_SCRAPED, &[(target, "")]),
        part(vec![one(&ready, "", "1x20 0x50"), one(&phase, "", "0x70")], house::NOT_READY, &[(target, "")]),
        // Open and half open by turns; the other one has closed in between.
        part(
            vec![
                one(&breaker, &endpoint("orders"), "0x9 2x19 1x0 2x40"),
                one(&breaker, &endpoint("users"), "0x9 2x24 0x0 2x40"),
            ],
            house::BREAKER_OPEN,
            &[(
                &[
                    ("job", job),
                    ("bff_service", "orders"),
                    ("server_address", "10.0.0.1"),
                    ("server_port", "50051"),
                ],
                "",
            )],
        ),
        part(decided(200), house::ADMISSION_REFUSES, &[(of_job, "2%")]),
        part(vec![told(spans(), "dropped", &even(60))], house::SPANS_LOST, &[(of_job, "1")]),
        part(vec![told(lines(), "lost", &even(120))], house::LOG_LINES_LOST, &[(of_job, "2")]),
        // Two hours; another issuer's are new.
        part(
            vec![one(&age, ",bff_issuer=\"login\"", "7200x70"), one(&age, ",bff_issuer=\"other\"", "300x70")],
            house::KEYS_OLD,
            &[(&[("job", job), ("bff_issuer", "login")], "2h 0m 0s")],
        ),
    ];
    let silent = [
        part(ups("1x37 0x0 1x30"), house::NOT_SCRAPED, &[]),
        // A drain.
        part(vec![one(&ready, "", "1x20 0x50"), one(&phase, "", "0x20 2x50")], house::NOT_READY, &[]),
        part(decided(50), house::ADMISSION_REFUSES, &[]),
        part(
            vec![told(spans(), "exported", &even(60)), told(spans(), "failed", "5x70")],
            house::SPANS_LOST,
            &[],
        ),
        part(vec![told(lines(), "written", &even(60))], house::LOG_LINES_LOST, &[]),
    ];
    let unknown = [part(ups("1x70").split_off(1), house::NOT_SCRAPED, &[(of_job, "")])];
    vec![
        Case::merged("the house in trouble", fires.into_iter()),
        Case::merged("a house that is well: a scrape that failed, a drain, few refusals", silent.into_iter()),
        Case::merged("a BFF that nobody has configured", unknown.into_iter()),
    ]
}

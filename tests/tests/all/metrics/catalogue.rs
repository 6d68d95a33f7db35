//! A scrape after all that can be provoked: every metric of the catalogue and no other, each with its help and its type.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    process::{Command, Stdio},
};

use bff_core::telemetry::metrics::catalogue::{self, Kind};
use bff_testkit::{Mode, TestIssuer};
use jsonwebtoken::Algorithm;

use super::*;

/// What the linter of Prometheus says of names that the semantic conventions have chosen.
const BY_CONVENTION: [&str; 2] = [
    "process_open_file_descriptor_count non-histogram and non-summary metrics should not have \"_count\" suffix",
    "rpc_client_duration_milliseconds use base unit \"seconds\" instead of \"milliseconds\"",
];

/// Everything that has a metric happens once.
async fn eventful() -> (TestBff, TestIssuer) {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    let bff = TestBff::with(bff_web::bff()).trust(&issuer);
    let bff = bff.set("services.users.health.path", "/health").start().await;
    bff.services.says("users.get", "max-age=60");
    for _ in 0..2 {
        assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    }
    bff.services.set("orders", Mode::Fail(503));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded().len(), 1);
    (bff, issuer)
}

async fn text(bff: &TestBff) -> String {
    String::from_utf8(page(bff, &[]).await.body).expect("text")
}

#[tokio::test]
async fn a_scrape_names_exactly_the_metrics_of_the_catalogue() {
    let (bff, _issuer) = eventful().await;
    let text = text(&bff).await;
    let mut told = BTreeMap::<&str, (Option<&str>, Option<&str>)>::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# ")) {
        let words: Vec<_> = line.splitn(3, ' ').collect();
        let [kind, name, rest] = words[..] else { panic!("{line}") };
        let told = told.entry(name).or_default();
        let place = if kind == "HELP" { &mut told.0 } else { &mut told.1 };
        assert!(place.replace(rest).is_none(), "{line} is there twice");
    }
    let expected: BTreeMap<_, _> = catalogue::ALL
        .iter()
        .map(|metric| {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram(_) => "histogram",
            };
            (metric.prometheus_name(), (metric.help, kind))
        })
        .collect();
    let found: BTreeSet<_> = told.keys().copied().collect();
    let wanted: BTreeSet<_> = expected.keys().map(String::as_str).collect();
    let missing: Vec<_> = wanted.difference(&found).collect();
    let unknown: Vec<_> = found.difference(&wanted).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
    for (name, (help, kind)) in &expected {
        assert_eq!(told[name.as_str()], (Some(*help), Some(*kind)), "{name}");
    }
    for (name, samples) in &Scraped::read(&text).0 {
        let metric = catalogue::ALL.iter().find(|metric| {
            let own = metric.prometheus_name();
            let parts = ["_bucket", "_sum", "_count"];
            *name == own || parts.iter().any(|part| name.strip_suffix(part) == Some(&own))
        });
        let metric = metric.unwrap_or_else(|| panic!("no metric has samples {name}"));
        let labels: Vec<_> = metric.labels.iter().map(|label| label.replace('.', "_")).collect();
        for sample in samples {
            let unknown = sample.labels.keys().find(|label| *label != "le" && !labels.contains(label));
            assert_eq!(unknown, None, "{name}: {sample:?}");
        }
    }
}

#[tokio::test]
async fn promtool_finds_nothing_that_the_conventions_have_not_chosen() {
    if Command::new("promtool").arg("--version").output().is_err() {
        println!("not checked by promtool, which is not here (Debian's package prometheus has it)");
        return;
    }
    let (bff, _issuer) = eventful().await;
    let text = text(&bff).await;
    let found = lint(&text);
    assert_eq!(found, BY_CONVENTION, "{text}");
    let worse = text.replace("bff_client_coalesced_total", "bff_client_coalesced");
    assert_ne!(lint(&worse), BY_CONVENTION, "it looks");
}

/// What `promtool check metrics` says.
fn lint(text: &str) -> Vec<String> {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut input = promtool.stdin.take().expect("its input is piped");
    input.write_all(text.as_bytes()).expect("promtool reads");
    drop(input);
    let output = promtool.wait_with_output().expect("promtool ends");
    let mut said: Vec<_> = String::from_utf8_lossy(&[output.stdout, output.stderr].concat())
        .lines()
        .map(str::to_owned)
        .collect();
    said.sort();
    said
}

//! Prometheus' own tool reads what we write. Debian's package `prometheus` has it; without it nothing is tried.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use bff_observability::{Scale, dashboards, rules};

use crate::{bffs, files, folder};

/// Runs promtool in a folder: whether it was content, and its words. `None` where there is none.
fn promtool(folder: &Path, arguments: &[&str]) -> Option<(bool, String)> {
    let output = match Command::new("promtool").args(arguments).current_dir(folder).output() {
        Ok(output) => output,
        Err(error) => {
            let says = "Debian's package prometheus has it";
            let _ = writeln!(std::io::stdout(), "not tried: promtool can't be started ({error}); {says}");
            return None;
        }
    };
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

fn is_content(folder: &Path, arguments: &[&str]) {
    if let Some((content, says)) = promtool(folder, arguments) {
        assert!(content && !says.contains("FAILED"), "promtool {arguments:?}: {says}");
    }
}

/// A folder with these files, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("promtool-{name}"));
        fs::create_dir_all(&path).expect("a folder");
        for (name, text) in files {
            fs::write(path.join(name), text).expect("a file");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn rules_and_the_sample_configuration_are_valid() {
    let folder = folder().join("prometheus");
    is_content(&folder, &["check", "rules", "--lint-fatal", "rules.yml"]);
    is_content(&folder, &["check", "config", "prometheus.yml"]);
}

#[tokio::test]
async fn alerts_fire_when_they_must_and_are_silent_otherwise() {
    is_content(&folder().join("prometheus"), &["test", "rules", "rules.test.yml"]);
    // Every alert fires in one of them.
    let files = files().await;
    let cases = &files.iter().find(|file| file.path.ends_with("rules.test.yml")).expect("cases").text;
    let mut fired = BTreeSet::new();
    let mut alert = "";
    for line in cases.lines() {
        if let Some((_, name)) = line.split_once("alertname: ") {
            alert = name;
        } else if line.trim_start().starts_with("- exp_labels") {
            fired.insert(alert);
        }
    }
    let rules = rules::all(&bffs().await, Scale::ONE);
    assert_eq!(fired, rules.alert_names().into_iter().collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn the_cases_see_a_rule_that_is_wrong() {
    let files = files().await;
    let text = |end: &str| &files.iter().find(|file| file.path.ends_with(end)).expect("a file").text;
    let (rules, cases) = (text("/rules.yml"), text("rules.test.yml"));
    for (name, right, wrong, case) in [
        ("budget", "> 14.4 * 0.001", "> 144 * 0.001", "ten bad minutes after six good hours"),
        ("few", ">= 10\n", ">= 0\n", "one failure in the night is nothing"),
        ("short", "bff:slow:ratio_5m{", "bff:slow:ratio_1h{", "a quarter of an hour later"),
        ("breaker", "(min_over_time(bff_breaker_state", "(max_over_time(bff_breaker_state", "in trouble"),
        ("drain", "unless on (job, instance) bff_phase == 2", "", "that is well"),
    ] {
        let spoilt = rules.replace(right, wrong);
        assert_ne!(&spoilt, rules, "{name}");
        let case = only(cases, case);
        for (rules, must) in [(rules, true), (&spoilt, false)] {
            let folder = Folder::new(name, &[("rules.yml", rules), ("rules.test.yml", &case)]);
            if let Some((content, says)) = promtool(&folder.0, &["test", "rules", "rules.test.yml"]) {
                assert_eq!(content, must, "{right} as {wrong}: {says}");
            }
        }
    }
}

/// The cases with one of them alone: each takes a second.
fn only(cases: &str, name: &str) -> String {
    let (head, cases) = cases.split_once("\ntests:\n").expect("cases");
    let mut each =
        cases.split("  - name: ").filter(|case| case.lines().next().is_some_and(|line| line.contains(name)));
    let case = each.next().expect(name);
    format!("{head}\ntests:\n  - name: {case}")
}

#[tokio::test]
async fn rules_of_a_drill_are_valid_too() {
    let text = rules::all(&bffs().await, Scale::by(180)).text();
    let folder = Folder::new("drill", &[("rules.yml", &text)]);
    is_content(&folder.0, &["check", "rules", "rules.yml"]);
}

#[test]
fn expressions_of_dashboards_are_valid() {
    let mut text = "groups:\n  - name: panels\n    rules:\n".to_owned();
    for (place, (_, expr)) in
        dashboards::all().iter().flat_map(dashboards::Dashboard::expressions).enumerate()
    {
        let expr = expr.replace("$__rate_interval", "5m").replace('\'', "''");
        let _ = write!(text, "      - record: panel:{place}\n        expr: '{expr}'\n");
    }
    let folder = Folder::new("panels", &[("rules.yml", &text)]);
    is_content(&folder.0, &["check", "rules", "rules.yml"]);
}

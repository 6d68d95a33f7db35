//! A page for each alert: what it means, where to look first, what to do and what not. The words are in `runbooks/<alert>.md`; the
//! rule and the screens that it watches are filled in.

use std::fmt::Write as _;

use crate::{
    File,
    registry::{Bffs, Route},
    rules::{Objective, Rules},
};

/// Where the pages are published. Yours: change it here and run `just observability`.
const BASE: &str = "https://runbooks.example.com/bff";

const PAGES: [(&str, &str); 10] = [
    ("ScreenErrors", include_str!("runbooks/ScreenErrors.md")),
    ("ScreenSlow", include_str!("runbooks/ScreenSlow.md")),
    ("ScreenDegraded", include_str!("runbooks/ScreenDegraded.md")),
    ("BffNotScraped", include_str!("runbooks/BffNotScraped.md")),
    ("BffNotReady", include_str!("runbooks/BffNotReady.md")),
    ("BreakerOpen", include_str!("runbooks/BreakerOpen.md")),
    ("AdmissionRefuses", include_str!("runbooks/AdmissionRefuses.md")),
    ("SpansLost", include_str!("runbooks/SpansLost.md")),
    ("LogLinesLost", include_str!("runbooks/LogLinesLost.md")),
    ("SigningKeysOld", include_str!("runbooks/SigningKeysOld.md")),
];

/// Where the page of an alert is.
pub fn url(alert: &str) -> String {
    format!("{BASE}/{alert}.md")
}

/// Every page. An alert without one has an empty one, which a test finds.
pub fn all(bffs: &Bffs, rules: &Rules) -> Vec<File> {
    rules.alert_names().into_iter().map(|name| page(name, bffs, rules)).collect()
}

fn page(name: &str, bffs: &Bffs, rules: &Rules) -> File {
    let words = PAGES.iter().find(|(page, _)| *page == name).map_or("", |(_, words)| words);
    let objective = Objective::ALL.into_iter().find(|objective| objective.alert() == name);
    let facts = objective.map_or_else(|| rule(name, rules), |objective| screens(objective, bffs));
    let text =
        format!("<!-- Made by `just observability`. Not to be edited. -->\n# {name}\n\n{words}\n{facts}");
    File::new(format!("runbooks/{name}.md"), text)
}

/// The rule of an alert on the house.
fn rule(name: &str, rules: &Rules) -> String {
    let mut text = "## The rule\n".to_owned();
    for alert in rules.alerts().filter(|alert| alert.name == name) {
        let (lasts, severity) = (crate::scale::text(alert.lasts), alert.severity.as_str());
        let lasts = if alert.lasts.is_zero() { "at once".to_owned() } else { format!("after {lasts}") };
        let _ = write!(text, "\nA {severity}, {lasts}:\n\n```promql\n{}\n```\n", alert.expr);
    }
    text
}

/// What every route promises, and what it calls.
fn screens(objective: Objective, bffs: &Bffs) -> String {
    let mut text = "## What is promised, and what each screen calls\n\n| BFF | route | screen | objective | services |\n\
                    | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for route in bffs.routes.iter().filter(|route| objective.applies_to(route)) {
        let Route { job, method, path, screen, .. } = route;
        let (screen, promise) = (screen.unwrap_or("-"), promise(objective, route));
        let _ =
            writeln!(text, "| {job} | `{method} {path}` | {screen} | {promise} | {} |", route.candidates());
    }
    text
}

/// Such as `99.9% without a 5xx`.
pub fn promise(objective: Objective, route: &Route) -> String {
    match objective {
        Objective::Errors => format!("{}% without a 5xx", route.slo.available),
        Objective::Slow => format!("{}% within {} s", route.slo.fast, route.within),
        Objective::Degraded => format!("{}% whole", route.slo.whole),
    }
}

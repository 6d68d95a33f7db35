//! `README.md` of the generated folder: what each route promises, which alerts there are, how to use the rest.

use std::fmt::Write as _;

use crate::{
    registry::{Bffs, Route},
    rules::{BURNS, FEWEST, Objective, Rules},
    runbooks::promise,
    scale::text as duration,
};

const HEAD: &str = "\
<!-- Made by `just observability`. Not to be edited. -->
# What watches the BFFs

Made from the routes of the BFFs and the catalogue of metrics; `just test` fails when it is not what would be made now.

- `prometheus/rules.yml`: recorded ratios and alerts. `prometheus/prometheus.yml` is a sample of how to use it: the rules know a
  BFF by its job. `prometheus/rules.test.yml` is for `promtool test rules`.
- `grafana/*.json`: three dashboards to import into Grafana 10 or later: an overview, screens, services.
- `runbooks/`: a page for each alert.
- [METRICS.md](METRICS.md): every metric; [SPANS.md](SPANS.md): every span; [LOGS.md](LOGS.md): every field of a log line.

`just drill` starts the demo with Prometheus and these rules, breaks services, and sees the alerts fire and end.

";

const INHIBIT: &str = "
A page and its ticket fire together. Alertmanager leaves out the ticket with

```yaml
inhibit_rules:
  - source_matchers: [severity = page]
    target_matchers: [severity = ticket]
    equal: [alertname, job, http_request_method, http_route]
```
";

/// The file.
pub fn text(bffs: &Bffs, rules: &Rules) -> String {
    let mut out = HEAD.to_owned();
    out.push_str(
        "## What each route promises\n\nOver thirty days, as `.objective(Slo { … })` of the route says.\n\n",
    );
    out.push_str(
        "| BFF | route | screen | answers | in time | whole |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for route in &bffs.routes {
        let Route { job, method, path, screen, .. } = route;
        let promises = Objective::ALL.map(|objective| {
            if objective.applies_to(route) { promise(objective, route) } else { "-".to_owned() }
        });
        let (screen, promises) = (screen.unwrap_or("-"), promises.join(" | "));
        let _ = writeln!(out, "| {job} | `{method} {path}` | {screen} | {promises} |");
    }
    out.push_str("\n## When somebody is told\n\n| errors are used up | over | and still over | then |\n| --- | --- | --- | --- |\n");
    for burn in BURNS {
        let (long, short) = (duration(burn.long), duration(burn.short));
        let _ = writeln!(
            out,
            "| {} times too fast | {long} | {short} | {} |",
            burn.times,
            burn.severity.as_str()
        );
    }
    let _ = write!(out, "\nFewer than {FEWEST} failures in the longer time tell nobody.\n{INHIBIT}");
    out.push_str("\n| alert | |\n| --- | --- |\n");
    for name in rules.alert_names() {
        let mut severities: Vec<_> =
            rules.alerts().filter(|alert| alert.name == name).map(|alert| alert.severity.as_str()).collect();
        severities.sort_unstable();
        severities.dedup();
        let _ = writeln!(out, "| [{name}](runbooks/{name}.md) | {} |", severities.join(" or "));
    }
    out
}

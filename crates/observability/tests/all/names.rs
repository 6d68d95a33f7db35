//! Rules, dashboards and runbooks name only metrics of the catalogue, with labels that they have; and no metric is on no
//! dashboard.

use std::collections::BTreeSet;

use bff_core::telemetry::metrics::catalogue::ALL;
use bff_observability::{Scale, dashboards, lint::Known, rules, runbooks};

use crate::bffs;

#[tokio::test]
async fn rules_name_what_there_is() {
    let rules = rules::all(&bffs().await, Scale::ONE);
    let known = Known::new(rules.recorded());
    let faults: Vec<_> = rules
        .expressions()
        .flat_map(|(name, expr)| known.faults(expr).into_iter().map(move |fault| format!("{name}: {fault}")))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(rules.expressions().count() > 100, "there is something to look at");
}

#[tokio::test]
async fn a_metric_that_is_misspelt_is_found_in_a_rule() {
    let mut rules = rules::all(&bffs().await, Scale::ONE);
    let rules::Rule::Alert(alert) = &mut rules.groups.last_mut().expect("a group").rules[2] else {
        panic!("the last group has alerts")
    };
    alert.expr = alert.expr.replace("bff_breaker_state", "bff_breakers_state");
    let known = Known::new(rules.recorded());
    let faults: Vec<_> = rules.expressions().flat_map(|(_, expr)| known.faults(expr)).collect();
    assert!(faults.contains(&"there is no bff_breakers_state".to_owned()), "{faults:?}");
}

#[tokio::test]
async fn dashboards_name_what_there_is_and_leave_no_metric_out() {
    let rules = rules::all(&bffs().await, Scale::ONE);
    let known = Known::new(rules.recorded());
    let mut shown = BTreeSet::new();
    for dashboard in dashboards::all() {
        for (panel, expr) in dashboard.expressions() {
            assert_eq!(known.faults(&expr), Vec::<String>::new(), "{}, {panel}: {expr}", dashboard.uid);
            shown.extend(Known::names(&expr));
        }
    }
    for metric in ALL {
        let name = metric.prometheus_name();
        let is_shown = ["", "_bucket", "_count"].iter().any(|part| shown.contains(&format!("{name}{part}")));
        assert!(is_shown, "no dashboard shows {name}");
    }
}

#[tokio::test]
async fn runbooks_ask_for_what_there_is() {
    let bffs = bffs().await;
    let rules = rules::all(&bffs, Scale::ONE);
    let known = Known::new(rules.recorded());
    let mut asked = 0;
    for page in runbooks::all(&bffs, &rules) {
        for expr in crate::runbooks::blocks(&page.text) {
            assert_eq!(known.faults(&expr), Vec::<String>::new(), "{}: {expr}", page.path);
            asked += 1;
        }
    }
    assert!(asked > 20, "there is something to look at: {asked}");
}

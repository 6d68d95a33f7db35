//! The dashboards' JSON: panels that don't overlap, with what Grafana needs to import them.

use std::collections::BTreeSet;

use bff_observability::dashboards;
use serde_json::Value;

fn models() -> Vec<Value> {
    let files = dashboards::all().map(|dashboard| dashboard.file().text);
    files.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect()
}

fn panels(model: &Value) -> &Vec<Value> {
    model["panels"].as_array().expect("panels")
}

/// Every cell of the grid that a panel covers.
fn cells(panel: &Value) -> Vec<(u64, u64)> {
    let place = |name: &str| panel["gridPos"][name].as_u64().expect("a number");
    let (x, y, w, h) = (place("x"), place("y"), place("w"), place("h"));
    (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))).collect()
}

fn overlapping(panels: &[Value]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let overlaps = panels.iter().filter(|panel| {
        let free: Vec<_> = cells(panel).into_iter().map(|cell| taken.insert(cell)).collect();
        free.contains(&false)
    });
    overlaps.map(|panel| panel["title"].to_string()).collect()
}

#[test]
fn no_panel_lies_on_another_or_beyond_the_edge() {
    for model in models() {
        assert_eq!(overlapping(panels(&model)), Vec::<String>::new(), "{}", model["title"]);
        for panel in panels(&model) {
            assert!(cells(panel).iter().all(|(x, _)| *x < 24), "{}", panel["title"]);
        }
    }
    // And one that does is found.
    let model = &models()[0];
    let mut moved = panels(model).clone();
    moved[2]["gridPos"] = moved[1]["gridPos"].clone();
    assert_eq!(overlapping(&moved), [moved[2]["title"].to_string()]);
}

#[test]
fn every_panel_says_what_it_shows_and_in_what() {
    for model in models() {
        let mut ids = BTreeSet::new();
        for panel in panels(&model) {
            let title = &panel["title"];
            assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{title}");
            if panel["type"] == "row" {
                continue;
            }
            let says = |text: &Value| text.as_str().is_some_and(|text| !text.is_empty());
            assert!(
                says(&panel["description"]) && says(&panel["fieldConfig"]["defaults"]["unit"]),
                "{title}"
            );
            assert!(panel["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["value"].is_null(), "{title}");
            let targets = panel["targets"].as_array().expect("targets");
            let letters: BTreeSet<_> = targets.iter().map(|target| target["refId"].as_str()).collect();
            assert!(!targets.is_empty() && letters.len() == targets.len(), "{title}");
            assert!(targets.iter().all(|target| says(&target["expr"])), "{title}");
        }
    }
}

#[test]
fn what_a_panel_asks_for_by_a_variable_can_be_chosen() {
    for model in models() {
        let list = model["templating"]["list"].as_array().expect("variables");
        let known: BTreeSet<_> = list.iter().filter_map(|variable| variable["name"].as_str()).collect();
        for panel in panels(&model) {
            let text = panel.to_string();
            for (at, _) in text.match_indices('$') {
                let name = text[at + 1..].trim_start_matches('{');
                let name =
                    name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                assert!(name == "__rate_interval" || known.contains(name), "{}: ${name}", panel["title"]);
            }
        }
    }
}

#[test]
fn each_dashboard_can_be_linked_to_for_good() {
    let uids: Vec<_> =
        models().iter().map(|model| model["uid"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(uids, ["bff-overview", "bff-screens", "bff-services"]);
}

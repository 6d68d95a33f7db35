//! Every alert has a page, every page an alert, and each says the same kinds of things.

use std::collections::BTreeSet;

use bff_observability::{Scale, rules, runbooks};

use crate::bffs;

#[tokio::test]
async fn every_alert_has_a_page_that_says_what_to_do() {
    let bffs = bffs().await;
    let rules = rules::all(&bffs, Scale::ONE);
    for page in runbooks::all(&bffs, &rules) {
        for chapter in [
            "What it means",
            "Who notices",
            "Look first",
            "Likely causes, in order",
            "What to do",
            "What not to do",
        ] {
            assert!(page.text.contains(&format!("\n## {chapter}\n")), "{} has no {chapter}", page.path);
        }
        assert!(page.text.contains("```promql\n"), "{} asks Prometheus nothing", page.path);
    }
}

#[tokio::test]
async fn pages_lead_to_pages_and_to_sections_of_alerts_that_exist() {
    let bffs = bffs().await;
    let rules = rules::all(&bffs, Scale::ONE);
    let pages: BTreeSet<_> = rules.alert_names().into_iter().map(|name| format!("{name}.md")).collect();
    let mut links = 0;
    for page in runbooks::all(&bffs, &rules) {
        for (at, _) in page.text.match_indices("](") {
            let target = page.text[at + 2..].split(')').next().unwrap_or_default();
            assert!(pages.contains(target), "{} links to {target}", page.path);
            links += 1;
        }
    }
    assert!(links > 5, "there is something to look at: {links}");
}

#[tokio::test]
async fn every_alert_is_told_where_its_page_is() {
    let rules = rules::all(&bffs().await, Scale::ONE);
    let text = rules.text();
    for name in rules.alert_names() {
        assert!(text.contains(&runbooks::url(name)), "{name}");
    }
}

/// The expressions of a page: each line of its blocks of PromQL that is not part of a rule.
pub fn blocks(page: &str) -> Vec<String> {
    let blocks = page.split("```promql\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(|block| block.lines().map(str::trim).collect::<Vec<_>>().join("\n")).collect()
}

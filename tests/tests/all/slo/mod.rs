//! What rules and dashboards select is in a scrape: not only names and labels (the catalogue says those), but the values too, such
//! as `bff_result="degraded"` and the bucket `le="0.75"`.

mod sample;

use bff_observability::{
    Bffs, Scale, dashboards,
    lint::words::{Matcher, Word, words},
    rules,
};
use bff_testkit::{Mode, TestBff};
use bff_tests::Wire;

use self::sample::{Sample, samples};
use crate::OVERVIEW;

/// What no test can bring about in a moment, or only elsewhere.
const RARE: [&str; 2] = ["bff_jwks_age_seconds", "bff_service_healthy"];

/// What the web BFF says of itself after a screen that was whole, one that was degraded, and one that failed.
async fn scrape() -> Vec<Sample> {
    let bff = TestBff::start(bff_web::bff()).await;
    let alice = bff.as_user("alice");
    assert_eq!(alice.get(OVERVIEW).await.status, 200);
    assert_eq!(alice.get("/api/orders/ord-1006").await.status, 200);
    assert_eq!(alice.post("/api/orders", &order()).await.status, 200);
    bff.services.set("notifications", Mode::Fail(503));
    bff.services.set("users", Mode::Fail(500));
    assert_eq!(alice.get(OVERVIEW).await.status, 502);
    bff.services.set("users", Mode::Ok);
    assert_eq!(alice.get(OVERVIEW).await.degraded().len(), 1);
    let reply = Wire::to(bff.running().admin_address()).await.get("/metrics", &[]).await;
    samples(&String::from_utf8_lossy(&reply.body))
}

fn order() -> serde_json::Value {
    serde_json::json!({ "items": [{ "sku": "BK-978022", "quantity": 1 }] })
}

/// The series of an expression that the web BFF has: all but recorded ones and what Prometheus adds.
fn selected(expr: &str) -> Vec<(String, Vec<Matcher>)> {
    let series = words(expr).into_iter().filter_map(|word| match word {
        Word::Series { name, matchers } => Some((name, matchers)),
        Word::Grouping { .. } => None,
    });
    let is_ours =
        |name: &str| !name.contains(':') && !["up", "ALERTS"].contains(&name) && !RARE.contains(&name);
    let of_web = |matchers: &[Matcher]| {
        matchers.iter().all(|matcher| {
            matcher.label != "job" || matcher.value.contains("bff-web") || matcher.value == "$job"
        })
    };
    series.filter(|(name, matchers)| is_ours(name) && of_web(matchers)).collect()
}

/// The conditions that nothing of the scrape fulfils.
fn unmatched<'a>(exprs: impl Iterator<Item = &'a str>, scrape: &[Sample]) -> Vec<String> {
    let selected = exprs.flat_map(selected);
    let missing = selected.filter(|(name, matchers)| !scrape.iter().any(|sample| sample.is(name, matchers)));
    missing.map(|(name, matchers)| format!("{name} {matchers:?}")).collect()
}

#[tokio::test]
async fn rules_select_what_a_scrape_has() {
    let rules = rules::all(&Bffs::ask().await.expect("every route answers"), Scale::ONE);
    let scrape = scrape().await;
    assert_eq!(unmatched(rules.expressions().map(|(_, expr)| expr), &scrape), Vec::<String>::new());
    // And what it has not is found.
    for wrong in [
        "bff_screen_replies_total{bff_result=\"degradet\"}",
        "http_server_request_duration_seconds_bucket{job=\"bff-web\",le=\"0.7\"}",
        "http_server_request_duration_seconds_count{http_response_status_code=~\"6..\"}",
        "http_server_request_duration_seconds_count{http_route=\"/api/orders/{order}\"}",
    ] {
        assert_eq!(unmatched(std::iter::once(wrong), &scrape).len(), 1, "{wrong}");
    }
}

#[tokio::test]
async fn dashboards_select_what_a_scrape_has() {
    let scrape = scrape().await;
    let exprs: Vec<_> = dashboards::all()
        .iter()
        .flat_map(dashboards::Dashboard::expressions)
        .map(|(_, expr)| expr)
        .filter(|expr| expr.contains("=\"") && !expr.contains("!="))
        .collect();
    assert!(exprs.len() > 3, "{exprs:?}");
    assert_eq!(unmatched(exprs.iter().map(String::as_str), &scrape), Vec::<String>::new());
}

//! The two formats of a page.

use std::time::Duration;

use super::*;
use crate::telemetry::metrics::histogram::SECONDS;

fn page() -> Page {
    let mut page = Page::default();
    let labels =
        |service: &'static str| [("bff.service", Value::from(service)), ("bff.outcome", "cached".into())];
    page.add(&catalogue::CACHE_ANSWERS, &labels("users"), 2);
    page.add(&catalogue::CACHE_ANSWERS, &labels("users"), 3);
    page.add(&catalogue::CACHE_ANSWERS, &labels("or\"d\\e\nrs"), 1);
    page.add(&catalogue::SERVER_ACTIVE, &[], 7);
    page.add_real(&catalogue::CPU, &[], 1.5);
    let times = Histogram::new(&SECONDS);
    times.observe_time(Duration::from_millis(30));
    let route = [("bff.section", Value::from("orders")), ("http.route", "/a/{id}".into())];
    page.add_histogram(&catalogue::SECTION_DURATION, &route, &times);
    page.add_histogram(
        &catalogue::SECTION_DURATION,
        &[("bff.section", "never".into())],
        &Histogram::new(&SECONDS),
    );
    page
}

#[test]
fn open_metrics_names_the_family_and_its_unit() {
    let text = page().into_text();
    for expected in [
        "# TYPE bff_cache_answers counter\nbff_cache_answers_total{bff_service=\"or\\\"d\\\\e\\nrs\",bff_outcome=\"cached\"} 1\n\
         bff_cache_answers_total{bff_service=\"users\",bff_outcome=\"cached\"} 5\n",
        "# TYPE http_server_active_requests gauge\nhttp_server_active_requests 7\n",
        "# TYPE process_cpu_time_seconds counter\n# UNIT process_cpu_time_seconds seconds\nprocess_cpu_time_seconds_total 1.5\n",
        "bff_section_duration_seconds_sum{http_route=\"/a/{id}\",bff_section=\"orders\"} 0.03\n",
        "bff_section_duration_seconds_bucket{le=\"0.05\",http_route=\"/a/{id}\",bff_section=\"orders\"} 1\n",
        "bff_section_duration_seconds_bucket{le=\"+Inf\",http_route=\"/a/{id}\",bff_section=\"orders\"} 1\n",
    ] {
        assert!(text.contains(expected), "{expected}\n---\n{text}");
    }
    assert!(text.ends_with("\n# EOF\n"));
    assert!(!text.contains("never"), "what was never observed has no series");
}

#[test]
fn the_older_format_calls_a_counter_by_the_name_of_its_samples() {
    let text = page().into_plain_text();
    for expected in [
        "# HELP bff_cache_answers_total Calls that",
        "# TYPE bff_cache_answers_total counter\nbff_cache_answers_total{",
        "# TYPE process_cpu_time_seconds_total counter\nprocess_cpu_time_seconds_total 1.5\n",
        "# TYPE bff_section_duration_seconds histogram\nbff_section_duration_seconds_sum{",
        "# TYPE http_server_active_requests gauge\nhttp_server_active_requests 7\n",
    ] {
        assert!(text.contains(expected), "{expected}\n---\n{text}");
    }
    assert!(!text.contains("# UNIT") && !text.contains("# EOF"));
}

#[test]
#[should_panic(expected = "has the labels")]
fn a_label_that_the_catalogue_has_not_is_refused() {
    Page::default().add(&catalogue::COALESCED, &[("path", "/any".into())], 1);
}

//! `/metrics`, for Prometheus: OpenMetrics text for who asks for it, and its older format for everybody else.

use axum::http::{HeaderMap, HeaderName, header};

use crate::front_door::scrape::Scrape;

/// As the content type says it, and as `Accept` asks for it.
const OPEN_METRICS: &str = "application/openmetrics-text";

type Answer = ([(HeaderName, &'static str); 3], String);

pub(super) fn answer(scrape: &Scrape, headers: &HeaderMap) -> Answer {
    let page = scrape.page();
    let (kind, text) = if asks_for_open_metrics(headers) {
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", page.into_text())
    } else {
        ("text/plain; version=0.0.4; charset=utf-8", page.into_plain_text())
    };
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store"), (header::VARY, "accept")];
    (headers, text)
}

/// RFC 9110, section 12.5.1. Prometheus names it first; a browser or curl does not.
fn asks_for_open_metrics(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(OPEN_METRICS));
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        named && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(accept: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a value"));
        asks_for_open_metrics(&headers)
    }

    #[test]
    fn prometheus_is_given_what_it_likes_best() {
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert!(asks(prometheus));
        assert!(asks("text/plain, Application/OpenMetrics-Text"));
    }

    #[test]
    fn others_are_given_text_that_all_can_read() {
        for accept in
            ["*/*", "text/html,*/*;q=0.8", "text/plain;version=0.0.4", "application/openmetrics-text;q=0", ""]
        {
            assert!(!asks(accept), "{accept}");
        }
        assert!(!asks_for_open_metrics(&HeaderMap::new()));
    }
}

//! Who wants a page and who wants JSON (RFC 9110, 12.5.1): a browser names `text/html`, a program does not.

use axum::http::{HeaderMap, header};

/// Whether `text/html` is named, and nothing that JSON is known by is preferred to it.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<_> = values.flat_map(|value| value.split(',')).map(range).collect();
    let quality = |name: &str| {
        let named = ranges.iter().filter(|(range, _)| range.eq_ignore_ascii_case(name));
        named.map(|(_, quality)| *quality).fold(0.0, f32::max)
    };
    quality("text/html") > quality("application/json")
}

/// A media range and its weight, which is 1 where it can't be read.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|quality| quality.parse().ok());
    (name, quality.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_a_page_and_programs_json() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("TEXT/HTML", true),
            ("application/json;q=0.5, text/html", true),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html;q=0.5", false),
            ("text/html;q=0", false),
            ("text/htmlx", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            assert!(!prefers_html(&headers));
            headers.insert(header::ACCEPT, accept.parse().expect("a header value"));
            assert_eq!(prefers_html(&headers), html, "{accept}");
        }
    }
}

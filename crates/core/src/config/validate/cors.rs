//! Checks `[cors]`.

use std::time::Duration;

use http::HeaderName;
use url::Url;

use super::{super::CorsConfig, Checks, Span};

const ORIGIN: &str = "an origin as browsers write it: http:// or https://, a host in lower case, and a port if it is not the usual one, such as \"https://app.example\"";

/// No browser heeds more than a day.
const MAX_AGE: Span = Span {
    shortest: Duration::ZERO,
    longest: Duration::from_hours(24),
    text: "a duration from \"0s\" to \"24h\"",
};

pub(super) fn check(cors: &CorsConfig, checks: &mut Checks<'_>) {
    let any = cors.origins.iter().any(|origin| origin == "*");
    if any && cors.origins.len() > 1 {
        checks.wrong(&["cors", "origins"], "\"*\" alone, or origins without it");
    } else if any && cors.credentials {
        checks.wrong(&["cors", "origins"], "origins by their names, where cors.credentials = true");
    } else if !any {
        elements("origins", &cors.origins, is_origin, ORIGIN, checks);
    }
    let is_name = |name: &str| HeaderName::from_bytes(name.as_bytes()).is_ok();
    elements("headers", &cors.headers, is_name, "the name of a header, such as \"b3\"", checks);
    checks.duration(&["cors", "max_age"], cors.max_age, &MAX_AGE);
}

/// Reports each element of a list that is not as it should be, at its own line.
fn elements(
    list: &'static str,
    texts: &[String],
    fits: impl Fn(&str) -> bool,
    expected: &str,
    checks: &mut Checks<'_>,
) {
    let node = checks.tree.nearest(&["cors", list]).ok();
    for text in texts.iter().filter(|text| !fits(text)) {
        if let Some(node) = node.map(|node| node.that_says(text).unwrap_or(node)) {
            checks.report.add(&node.origin, &node.key, node.found(), expected);
        }
    }
}

/// Whether a browser would send exactly this: what it sends is compared byte by byte, so there are no patterns.
fn is_origin(text: &str) -> bool {
    !text.contains('*')
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
        })
}

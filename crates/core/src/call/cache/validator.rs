//! Entity tags and dates: only what is well-formed is given back to the service.

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use http::{HeaderMap, HeaderValue, header};

/// The one entity tag of a reply (RFC 9110, 8.8.3). A list of them or `*` would match what the reply is not, so what is
/// malformed is no tag.
pub(super) fn entity_tag(headers: &HeaderMap) -> Option<HeaderValue> {
    let etag = only(headers, header::ETAG)?;
    let inside = opaque(etag).strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let allowed = |byte: &u8| matches!(byte, b'!' | b'#'..=b'~' | 0x80..);
    inside.iter().all(allowed).then(|| etag.clone())
}

/// Whether two tags name one state of a resource, by the weak comparison, as services compare `If-None-Match` (RFC 9110,
/// 8.8.3.2 and 13.1.2).
pub(super) fn is_same(one: &HeaderValue, other: &HeaderValue) -> bool {
    opaque(one) == opaque(other)
}

fn opaque(etag: &HeaderValue) -> &[u8] {
    let etag = etag.as_bytes();
    etag.strip_prefix(b"W/").unwrap_or(etag)
}

/// `Last-Modified`, as the service wrote it, if it is a date; services ignore another one (RFC 9110, 13.1.3).
pub(super) fn modified(headers: &HeaderMap) -> Option<HeaderValue> {
    only(headers, header::LAST_MODIFIED).filter(|value| date(value).is_some()).cloned()
}

/// A date in one of its three forms (RFC 9110, 5.6.7).
pub(super) fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?).ok()
}

fn only(headers: &HeaderMap, name: http::HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

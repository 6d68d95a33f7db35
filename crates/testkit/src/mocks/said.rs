//! What the mocks say of keeping their answers: `Cache-Control`, validators and whatever else a test wants beside an answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{MockServices, known, operation::Target};

impl MockServices {
    /// From now on, each answer of `target` (a service or one of its operations) says this of keeping it, in
    /// `Cache-Control`: `says("users.get", "max-age=60")`. The answers of failures too, so that a test sees who believes them.
    /// Panics if there is no such target.
    pub fn says(&self, target: &str, cache_control: &str) {
        self.says_headers(target, [("cache-control", cache_control)]);
    }

    /// The same with any headers, over gRPC as metadata before the message: `says_headers("users", [("etag", "\"1\""),
    /// ("age", "30")])`. They replace what was said of it before; an empty list says nothing again.
    ///
    /// Where an `ETag` or a `Last-Modified` is said, a right answer over HTTP is a 304 without body to whoever names it in
    /// `If-None-Match` or `If-Modified-Since` (RFC 9110, 13.1).
    ///
    /// Panics if there is no such target, and for headers of the message itself, such as its length.
    pub fn says_headers<'a>(&self, target: &str, headers: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let target = known(target);
        let headers = headers.into_iter().map(|(name, value)| {
            let header = name.parse().ok().filter(|name| !is_the_messages_own(name));
            let header =
                header.unwrap_or_else(|| panic!("`{name}` can't be said: not a header of an answer"));
            (header, value.parse().unwrap_or_else(|_| panic!("`{value}` is no value of `{name}`")))
        });
        let mut all = HeaderMap::new();
        headers.for_each(|(name, value)| _ = all.append(name, value));
        self.shared.said.set(target, all);
    }
}

/// What says where the message ends and how it is read.
fn is_the_messages_own(name: &HeaderName) -> bool {
    let own = [
        header::CONNECTION,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::TRANSFER_ENCODING,
    ];
    own.contains(name) || name.as_str().starts_with("grpc-")
}

/// What is said of each operation.
#[derive(Default)]
pub(super) struct Said(Mutex<BTreeMap<&'static str, Arc<HeaderMap>>>);

impl Said {
    fn set(&self, target: Target, headers: HeaderMap) {
        let headers = Arc::new(headers);
        let mut said = self.said();
        for operation in target.operations() {
            said.insert(operation, Arc::clone(&headers));
        }
    }

    /// What is said beside an answer of the operation.
    pub(super) fn of(&self, operation: Option<&str>) -> Arc<HeaderMap> {
        operation.and_then(|operation| self.said().get(operation).cloned()).unwrap_or_default()
    }

    /// A test that panicked elsewhere must not turn every later call into a second panic.
    fn said(&self) -> MutexGuard<'_, BTreeMap<&'static str, Arc<HeaderMap>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the caller has what would be said, so that 304 is the answer.
pub(super) fn is_unchanged(said: &HeaderMap, request: &HeaderMap) -> bool {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let named: Vec<_> = request.get_all(header::IF_NONE_MATCH).iter().map(text).collect();
    if !named.is_empty() {
        // Only where there is none, the date counts (RFC 9110, 13.1.3).
        let tag = said.get(header::ETAG).map(text);
        return tag.is_some_and(|tag| {
            named.iter().flat_map(|line| line.split(',')).any(|other| opaque(other) == opaque(&tag))
        });
    }
    let modified = said.get(header::LAST_MODIFIED);
    modified.is_some() && request.get(header::IF_MODIFIED_SINCE) == modified
}

//! [`Told`]: what a reply says anything about.

use http::HeaderMap;

/// Which of the headers there are without which a head says nothing. `Date` is on every reply.
#[derive(Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "one a header")]
pub(super) struct Told {
    pub(super) control: bool,
    pub(super) etag: bool,
    pub(super) last_modified: bool,
    pub(super) expires: bool,
    pub(super) vary: bool,
    pub(super) age: bool,
    pub(super) set_cookie: bool,
    pub(super) pragma: bool,
}

impl Told {
    /// One walk over a reply's few headers costs less than to look each of these up.
    pub(super) fn by(headers: &HeaderMap) -> Self {
        let mut told = Self::default();
        for name in headers.keys() {
            match name.as_str() {
                "cache-control" => told.control = true,
                "etag" => told.etag = true,
                "last-modified" => told.last_modified = true,
                "expires" => told.expires = true,
                "vary" => told.vary = true,
                "age" => told.age = true,
                "set-cookie" => told.set_cookie = true,
                "pragma" => told.pragma = true,
                _ => {}
            }
        }
        told
    }
}

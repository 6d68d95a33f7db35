//! Methods as labels: those of RFC 9110 and PATCH by their names, whatever else a client invents as `_OTHER`.
//!
//! <https://opentelemetry.io/docs/specs/semconv/attributes-registry/http/#http-request-method>

use http::Method;

/// The names of all methods that are told apart.
pub(super) const NAMES: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "_OTHER"];

/// The place of a method in [`NAMES`].
pub(super) fn number(method: &Method) -> usize {
    match *method {
        Method::GET => 0,
        Method::HEAD => 1,
        Method::POST => 2,
        Method::PUT => 3,
        Method::PATCH => 4,
        Method::DELETE => 5,
        Method::OPTIONS => 6,
        Method::TRACE => 7,
        Method::CONNECT => 8,
        _ => 9,
    }
}

/// The name of a method.
pub(super) fn name(method: &Method) -> &'static str {
    NAMES[number(method)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_methods_keep_their_names_and_no_other_has_one() {
        for known in &NAMES[..9] {
            assert_eq!(name(&known.parse().expect("a method")), *known);
        }
        for other in ["get", "GETT", "PROPFIND", "_OTHER", "%00"] {
            assert_eq!(name(&other.parse().expect("a method")), "_OTHER");
        }
    }
}

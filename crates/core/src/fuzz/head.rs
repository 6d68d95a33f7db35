//! The boundary of a request's head.

use axum::{body::Body, extract::Request};
use http::{HeaderName, HeaderValue};

use crate::{auth::bearer, config::LimitsConfig, front_door::check_head};

/// Lines of `name: value`, whatever can be a header of them. Nothing may be left that a service could take for ours.
pub fn head(bytes: &[u8]) {
    let mut request = Request::new(Body::empty());
    for line in bytes.split(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            request.headers_mut().append(name, value);
        }
    }
    if check_head(&mut request, &LimitsConfig::default()).is_err() {
        return;
    }
    for (name, value) in request.headers() {
        assert!(!is_ours(name.as_str()), "{name} is left");
        assert!(std::str::from_utf8(value.as_bytes()).is_ok(), "the value of {name} is no text");
    }
    if let Ok(Some(token)) = bearer(request.headers()) {
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()), "{token:?}");
    }
}

/// As a server with a CGI heritage reads it: written here once more, so that the rule is not measured by itself.
fn is_ours(name: &str) -> bool {
    let name: String = name
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_uppercase() } else { '_' })
        .collect();
    ["X_USER_", "X_INTERNAL_", "X_TENANT_"].iter().any(|prefix| name.starts_with(prefix))
        || name == "X_REQUEST_ID"
}

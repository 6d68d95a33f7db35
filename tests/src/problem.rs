//! What every error must look like, whoever caused it (RFC 9457).

use bff_testkit::Reply;

/// Words that only our own side knows: none may reach a client.
const INTERNAL: [&str; 14] = [
    "panic",
    "src/",
    ".rs",
    "127.0.0.1",
    "http://",
    "reqwest",
    "hyper",
    "tonic",
    "grpc",
    "axum",
    "secret",
    "doctype",
    "mocked",
    "sk-",
];

/// Asserts that `reply` is a problem with this status and code, whole and discreet, and returns its detail.
#[track_caller]
pub fn assert_problem(reply: &Reply, status: u16, code: &str) -> String {
    let text = String::from_utf8_lossy(&reply.body);
    assert_eq!(reply.status, status, "{text}");
    assert_eq!(reply.header("content-type"), "application/problem+json", "{text}");
    assert_eq!(reply.header("cache-control"), "no-store", "{text}");
    let problem = reply.json();
    assert_eq!(problem["code"], code, "{text}");
    assert_eq!(problem["status"], status, "{text}");
    assert_eq!(problem["type"], format!("urn:bff:problem:{code}"), "{text}");
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{text}");
    assert!(!reply.header("x-request-id").is_empty(), "{text}");
    assert_eq!(problem["request_id"], reply.header("x-request-id"), "{text}");
    let trace = problem["trace_id"].as_str().unwrap_or_default();
    assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    assert_eq!(reply.headers.get_all("x-request-id").iter().count(), 1, "one id");
    for word in INTERNAL {
        assert!(!text.to_lowercase().contains(word), "{word:?} is nobody's business: {text}");
    }
    problem["detail"].as_str().unwrap_or_default().to_owned()
}

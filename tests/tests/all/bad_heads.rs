//! Heads that are too large or not text. Up to hyper's own limits (64 KiB, 100 headers) the answer is a problem; past them,
//! and for a request line that is no HTTP, hyper answers itself, with a bare status.

use bff_testkit::TestBff;
use bff_tests::{
    Wire, assert_problem,
    wire::{bearer, head},
};

use super::OVERVIEW;

/// A good head with these lines more, all of one size.
fn lines(bff: &TestBff, count: usize, size: usize) -> Vec<String> {
    let more = (0..count).map(|number| format!("X-More-{number:03}: {}", "x".repeat(size)));
    std::iter::once(bearer(&bff.token("alice").sign())).chain(more).collect()
}

#[tokio::test]
async fn headers_that_are_too_large_or_too_many_are_a_problem() {
    let bff = TestBff::start(bff_web::bff()).await;
    // Host and Authorization count too.
    for (name, count, size) in [("one of 17 KiB", 1, 17 << 10), ("16 KiB in all", 16, 1100), ("65", 63, 1)] {
        let reply = Wire::to(bff.address()).await.get(OVERVIEW, &lines(&bff, count, size)).await;
        let detail = assert_problem(&reply, 431, "head_too_large");
        assert_eq!(detail, "at most 64 headers with 16384 bytes in all", "{name}");
    }
    assert!(bff.services.all_seen().is_empty());
    for (name, count, size) in [("15 KiB in one", 1, 15 << 10), ("64", 62, 1)] {
        let reply = Wire::to(bff.address()).await.get(OVERVIEW, &lines(&bff, count, size)).await;
        assert_eq!(reply.status, 200, "{name}");
    }
}

#[tokio::test]
async fn past_hypers_own_limits_the_answer_is_a_bare_431_and_the_end() {
    let bff = TestBff::start(bff_web::bff()).await;
    for (name, count, size) in [("101 headers", 101, 1), ("256 KiB", 1, 256 << 10)] {
        let mut wire = Wire::to(bff.address()).await;
        let reply = wire.get(OVERVIEW, &lines(&bff, count, size)).await;
        assert_eq!(reply.status, 431, "{name}");
        assert!(reply.body.is_empty(), "{name}");
        wire.closed().await;
    }
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_uri_that_is_too_long_is_a_problem() {
    let bff = TestBff::start(bff_web::bff()).await;
    let token = [bearer(&bff.token("alice").sign())];
    let long = 8 << 10;
    let query = |length: usize| format!("{OVERVIEW}?q={}", "x".repeat(length - OVERVIEW.len() - 3));
    for path in [query(long + 1), format!("/{}", "x".repeat(long)), query(40 << 10)] {
        let reply = Wire::to(bff.address()).await.get(&path, &token).await;
        let detail = assert_problem(&reply, 414, "uri_too_long");
        assert_eq!(detail, "at most 8192 bytes of path and query");
    }
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(Wire::to(bff.address()).await.get(&query(long), &token).await.status, 200);
}

#[tokio::test]
async fn a_header_value_that_is_not_utf8_is_named() {
    let bff = TestBff::start(bff_web::bff()).await;
    let ask = async |value: &[u8]| {
        let mut wire = Wire::to(bff.address()).await;
        let start =
            format!("GET {OVERVIEW} HTTP/1.1\r\nHost: bff\r\n{}\r\n", bearer(&bff.token("alice").sign()));
        let request = [start.as_bytes(), b"X-City: ", value, b"\r\n\r\n"].concat();
        wire.send(request).await;
        wire.reply().await
    };
    let detail = assert_problem(&ask(b"K\xf8benhavn").await, 400, "invalid_header");
    assert_eq!(detail, "the value of x-city is not UTF-8");
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(ask("København".as_bytes()).await.status, 200);
}

#[tokio::test]
async fn a_request_line_that_is_not_http_gets_a_bare_400_and_the_end() {
    let bff = TestBff::start(bff_web::bff()).await;
    let cases: [(&str, &[u8]); 6] = [
        ("a byte that is not UTF-8 in the path", b"GET /api/orders/\xff HTTP/1.1\r\nHost: bff\r\n\r\n"),
        ("a line break in a header's name", b"GET / HTTP/1.1\r\nHost: bff\r\nX bad: 1\r\n\r\n"),
        ("a NUL in a header's value", b"GET / HTTP/1.1\r\nHost: bff\r\nX-Bad: \0\r\n\r\n"),
        ("two lengths", b"POST / HTTP/1.1\r\nHost: bff\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        ("a length that is no number", b"POST / HTTP/1.1\r\nHost: bff\r\nContent-Length: x\r\n\r\n"),
        ("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
    ];
    for (name, bytes) in cases {
        let mut wire = Wire::to(bff.address()).await;
        wire.send(bytes).await;
        let reply = wire.reply().await;
        assert_eq!(reply.status, 400, "{name}");
        assert!(reply.body.is_empty(), "{name}");
        wire.closed().await;
    }
    assert!(bff.services.all_seen().is_empty());
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", "/api/orders/\u{e9}", &[])).await;
    assert_problem(&wire.reply().await, 401, "missing_token");
}

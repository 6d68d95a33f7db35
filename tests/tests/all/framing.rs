//! Where a request ends: one answer to that, or no service hears of it (RFC 9112, 6.1, 6.3 and 11.2).

use bff_testkit::{Reply, TestBff};
use bff_tests::{Wire, assert_problem, wire::bearer};

const ORDER: &str = r#"{"items":[{"sku":"BK-978022","quantity":1}]}"#;

/// An order in chunks, with these lines in its head, and a second request behind it: the first reply, and how many there are.
async fn ask(bff: &TestBff, lines: &[&str]) -> (Reply, usize) {
    let own = ["Content-Type: application/json".to_owned(), bearer(&bff.token("alice").sign())];
    let lines: Vec<_> = own.into_iter().chain(lines.iter().map(ToString::to_string)).collect();
    let body = format!("{:x}\r\n{ORDER}\r\n0\r\n\r\n", ORDER.len());
    let behind = bff_tests::wire::head("GET", "/smuggled", &["Connection: close".to_owned()]);
    let mut wire = Wire::to(bff.address()).await;
    wire.send(bff_tests::wire::head("POST", "/api/orders", &lines) + &body + &behind).await;
    let first = wire.reply().await;
    wire.closed().await;
    let more = String::from_utf8_lossy(wire.left_over()).matches("HTTP/1.1 ").count();
    (first, 1 + more)
}

#[tokio::test]
async fn one_way_to_say_chunked_is_understood() {
    let bff = TestBff::start(bff_web::bff()).await;
    for coding in ["chunked", "Chunked", " CHUNKED "] {
        let (first, count) = ask(&bff, &[&format!("Transfer-Encoding:{coding}")]).await;
        assert_eq!((first.status.as_u16(), count), (200, 2), "control: the next one is served");
    }
    assert_eq!(bff.services.count("orders.place"), 3);
}

#[tokio::test]
async fn what_two_readers_could_read_in_two_ways_ends_the_connection() {
    let bff = TestBff::start(bff_web::bff()).await;
    for lines in [
        &["Transfer-Encoding: identity, chunked"][..],
        &["Transfer-Encoding: gzip, chunked"],
        &["Transfer-Encoding: xchunked", "Transfer-Encoding: chunked"],
        &["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        &["Transfer-Encoding: ,chunked"],
    ] {
        let (first, count) = ask(&bff, lines).await;
        assert_eq!(count, 1, "{lines:?}");
        assert_problem(&first, 400, "bad_request");
        assert_eq!(first.header("connection"), "close", "{lines:?}");
    }
    for lines in [&["Transfer-Encoding: chunked, identity"][..], &["Transfer-Encoding: identity"]] {
        let (first, count) = ask(&bff, lines).await;
        assert_eq!((first.status.as_u16(), count), (400, 1), "hyper's own: {lines:?}");
    }
    assert!(bff.services.all_seen().is_empty());
    // A length beside it does not count, and nothing behind it does.
    let (first, count) = ask(&bff, &["Content-Length: 3", "Transfer-Encoding: chunked"]).await;
    assert_eq!((first.status.as_u16(), count), (200, 1));
}

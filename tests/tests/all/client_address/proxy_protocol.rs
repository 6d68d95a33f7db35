//! A proxy that passes on bytes and says before them whose they are.

use std::time::Duration;

use bff_tests::wire::head;

use super::*;

const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 10.0.0.9 5000 443\r\n";

/// A header of version 2 with this block.
fn binary(command: u8, kind: u8, block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).expect("short").to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n", &[0x20 | command, kind][..], &length, block].concat()
}

/// `2001:db8::7`, port 5000, with a TLV behind it.
fn binary_v6() -> Vec<u8> {
    let mut block = [0; 36 + 5];
    block[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    block[15] = 7;
    block[32..34].copy_from_slice(&5000_u16.to_be_bytes());
    block[36..].copy_from_slice(&[0x02, 0, 2, b'h', b'i']);
    binary(1, 0x21, &block)
}

/// What is refused here is refused for what it is: time would not tell before the test gives up.
async fn start(proxies: &str) -> TestBff {
    let bff = bff(proxies).set("server.first_byte_timeout", "10m");
    bff.set("server.proxy_protocol", true).start().await
}

fn request(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    head("GET", "/whence", &lines)
}

/// The client and the peer of a request behind this header.
async fn behind(bff: &TestBff, header: &[u8], lines: &[&str]) -> String {
    let mut wire = Wire::to(bff.address()).await;
    wire.send([header, request(lines).as_bytes()].concat()).await;
    let reply = wire.reply().await;
    assert_eq!(reply.status, 200);
    String::from_utf8(reply.body).expect("text")
}

/// The BFF hangs up without a word.
async fn assert_closed(bff: &TestBff, bytes: &[u8]) {
    let mut wire = Wire::to(bff.address()).await;
    wire.send(bytes).await;
    wire.closed().await;
    assert_eq!(wire.left_over(), b"", "{}", bytes.escape_ascii());
}

#[tokio::test]
async fn a_connection_comes_from_where_its_header_says() {
    let bff = start(HERE).await;
    assert_eq!(behind(&bff, LINE, &[]).await, "203.0.113.7 203.0.113.7");
    assert_eq!(behind(&bff, &binary_v6(), &[]).await, "2001:db8::7 2001:db8::7");
    let mapped = b"PROXY TCP6 ::ffff:203.0.113.7 ::1 5000 443\r\n";
    assert_eq!(behind(&bff, mapped, &[]).await, "203.0.113.7 ::ffff:203.0.113.7");
    // However often it is asked, and however the header was cut.
    for header in [LINE, &binary_v6()] {
        let mut wire = Wire::to(bff.address()).await;
        for byte in header {
            wire.send([*byte]).await;
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            let reply = wire.get("/whence", &["X-Forwarded-For: 198.51.100.1".to_owned()]).await;
            let client = if header == LINE { "203.0.113.7" } else { "2001:db8::7" };
            assert_eq!(reply.body, format!("{client} {client}").into_bytes());
        }
    }
}

#[tokio::test]
async fn http2_follows_a_header_too() {
    let bff = start(HERE).await;
    for header in [LINE, &binary_v6()] {
        let mut wire = Wire::to(bff.address()).await;
        wire.send([header, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"].concat()).await;
        assert!(wire.read_some(9).await > 0, "its SETTINGS");
    }
}

#[tokio::test]
async fn a_connection_without_a_good_header_is_closed() {
    let bff = start(HERE).await;
    let good = [LINE, request(&[]).as_bytes()].concat();
    for bytes in [
        request(&[]).as_bytes(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        b"PROXY TCP4 203.0.113.7 10.0.0.9 5000 +443\r\n",
        b"PROXY UNKNOWN\nGET /whence HTTP/1.1\r\n",
        &binary(2, 0x11, &[0; 12]),
        &binary(1, 0x11, &[0; 5000]),
    ] {
        assert_closed(&bff, bytes).await;
    }
    // A second header is a request, and a wrong one.
    let mut wire = Wire::to(bff.address()).await;
    wire.send([LINE, &good].concat()).await;
    assert_eq!(wire.reply().await.status, 400);
    // Whoever is no proxy may not state anything.
    let elsewhere = start(ELSEWHERE).await;
    assert_closed(&elsewhere, &good).await;
    assert_closed(&elsewhere, request(&[]).as_bytes()).await;
    // Without the setting it is a request, and a wrong one.
    let without = super::bff(HERE).start().await;
    let mut wire = Wire::to(without.address()).await;
    wire.send(good).await;
    assert_eq!(wire.reply().await.status, 400);
}

#[tokio::test]
async fn a_header_that_does_not_end_is_cut() {
    let bff = bff(HERE).set("server.proxy_protocol", true).set("server.first_byte_timeout", "200ms");
    let bff = bff.start().await;
    for part in [&b""[..], b"PROXY TCP4 203.0", &binary_v6()[..50], LINE] {
        assert_closed(&bff, part).await;
    }
    // Operators send none.
    let mut operator = Wire::to(bff.running().admin_address()).await;
    assert!(operator.is_silent_for(Duration::from_millis(20)).await);
    assert_eq!(operator.get("/ready", &[]).await.status, 200);
}

#[tokio::test]
async fn a_header_of_http_counts_only_if_its_writer_is_a_proxy() {
    let bff = start(HERE).await;
    let claim = ["X-Forwarded-For: 198.51.100.1", "X-Request-Id: edge-42"];
    assert_eq!(behind(&bff, LINE, &claim).await, "203.0.113.7 203.0.113.7");
    let proxy = b"PROXY TCP4 10.2.2.2 10.0.0.9 5000 443\r\n";
    assert_eq!(behind(&bff, proxy, &claim).await, "198.51.100.1 10.2.2.2");
    // What a proxy asks for itself is its own word; what it passes on for somebody it doesn't name is not.
    for (header, client, is_kept) in [
        (binary(0, 0, &[]), "198.51.100.1", true),
        (binary(1, 0, &[]), "127.0.0.1", false),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1", false),
    ] {
        let mut wire = Wire::to(bff.address()).await;
        wire.send([header, request(&claim).into_bytes()].concat()).await;
        let reply = wire.reply().await;
        assert_eq!(reply.body, format!("{client} 127.0.0.1").into_bytes());
        assert_eq!(reply.header("x-request-id") == "edge-42", is_kept);
    }
}

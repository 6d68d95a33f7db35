//! Which protocol a connection speaks, told from its first bytes, which must come in time.

use std::time::Duration;

use tokio::net::TcpStream;

/// How every HTTP/2 connection begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// Waits for the first bytes and tells the protocol from them; `None` if they don't come in time.
pub(super) async fn first_bytes(stream: &TcpStream, timeout: Duration) -> Option<Protocol> {
    let detect = async {
        let mut bytes = [0; PREFACE.len()];
        loop {
            let length = stream.peek(&mut bytes).await.ok().filter(|length| *length > 0)?;
            if !PREFACE.starts_with(&bytes[..length]) {
                return Some(Protocol::Http1);
            }
            if length == PREFACE.len() {
                return Some(Protocol::Http2);
            }
            // Part of a preface: peeking does not consume, so readiness would not change. Rare, and bounded above.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    #[expect(clippy::disallowed_methods, reason = "this module owns the deadlines of connections")]
    tokio::time::timeout(timeout, detect).await.ok().flatten()
}

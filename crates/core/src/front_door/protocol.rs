//! What a connection begins with, which must come in time: where it must, a header of the PROXY protocol; then the first bytes
//! of HTTP, which tell its version.

use std::{net::SocketAddr, time::Duration};

use tokio::net::TcpStream;

use super::{Peer, proxy_protocol::ProxyProtocol};

/// How every HTTP/2 connection begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// Whose a connection is and what it speaks; `None` if it doesn't say so in time, or must be closed.
pub(super) async fn greet(
    stream: &mut TcpStream,
    from: SocketAddr,
    header: Option<&ProxyProtocol>,
    timeout: Duration,
) -> Option<(Peer, Protocol)> {
    let greeting = async {
        let peer = match header {
            Some(header) => header.accept(stream, from).await?,
            None => Peer { address: from, undisclosed: false },
        };
        Some((peer, detect(stream).await?))
    };
    #[expect(clippy::disallowed_methods, reason = "this module owns the deadlines of connections")]
    tokio::time::timeout(timeout, greeting).await.ok().flatten()
}

/// Waits for the first bytes and tells the protocol from them.
async fn detect(stream: &TcpStream) -> Option<Protocol> {
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
}

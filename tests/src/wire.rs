//! [`Wire`]: a connection to a BFF that sends whatever bytes it is given, where an HTTP library would refuse.

use std::{net::SocketAddr, time::Duration};

use bff_testkit::Reply;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::within;

const PATIENCE: Duration = Duration::from_secs(10);

/// One connection, until it is dropped.
pub struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Wire {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the BFF listens");
        stream.set_nodelay(true).expect("a connected socket takes options");
        Self { stream, received: Vec::new() }
    }

    /// Sends these bytes as they are. A server that has hung up already is no failure: what it said is read next.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Sends a GET with these header lines, such as `"Connection: close"`, and reads the reply.
    pub async fn get(&mut self, path: &str, lines: &[String]) -> Reply {
        self.send(head("GET", path, lines)).await;
        self.reply().await
    }

    /// Reads one reply: its head, and the body that `content-length` announces.
    pub async fn reply(&mut self) -> Reply {
        let (status, headers) = self.reply_head().await;
        let length = headers.get("content-length").map_or(0, |length| {
            length.to_str().ok().and_then(|length| length.parse().ok()).expect("a content-length is a number")
        });
        while self.received.len() < length {
            assert!(self.receive().await, "the connection ended within a body");
        }
        let body = self.received.drain(..length).collect();
        Reply { status, headers, body }
    }

    /// Reads the head of a reply and no body, as after HEAD.
    pub async fn reply_head(&mut self) -> (StatusCode, HeaderMap) {
        let end = loop {
            if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            let text = String::from_utf8_lossy(&self.received).into_owned();
            assert!(self.receive().await, "the connection ended before a head did: {text:?}");
        };
        let head: Vec<u8> = self.received.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("heads of replies are ASCII");
        let mut lines = head.trim_end().split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status line");
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("a header line");
            let name: HeaderName = name.parse().expect("a header name");
            (name, HeaderValue::from_str(value.trim()).expect("a header value"))
        });
        (status, headers.collect())
    }

    /// What has been received and not been read as a reply.
    pub fn left_over(&self) -> &[u8] {
        &self.received
    }

    /// Reads at most this many bytes and forgets them; 0 when the server has hung up.
    pub async fn read_some(&mut self, at_most: usize) -> usize {
        let mut bytes = vec![0; at_most];
        self.stream.read(&mut bytes).await.unwrap_or(0)
    }

    /// Waits until the server hangs up, whatever it says before.
    pub async fn closed(&mut self) {
        while self.receive().await {}
    }

    /// Whether nothing at all comes for this long, neither a byte nor an end.
    #[expect(clippy::disallowed_methods, reason = "silence can't be waited for")]
    pub async fn is_silent_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.receive()).await.is_err()
    }

    /// Receives more, or tells that the server has hung up.
    async fn receive(&mut self) -> bool {
        let read = self.stream.read_buf(&mut self.received);
        let length = within(PATIENCE, "the BFF neither answers nor hangs up", read).await.unwrap_or(0);
        length > 0
    }
}

/// The head of a request with a `Host` and these header lines.
pub fn head(method: &str, path: &str, lines: &[String]) -> String {
    let start = format!("{method} {path} HTTP/1.1\r\nHost: bff.example");
    let lines = lines.iter().map(String::as_str);
    std::iter::once(start.as_str()).chain(lines).chain(["", ""]).collect::<Vec<_>>().join("\r\n")
}

/// The header line of this token.
pub fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

//! A client of bytes: it sends what no HTTP library would, and reads every reply that comes of it.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Far more than a reply takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client reads of a reply.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) ids: Vec<String>,
    /// Head and body.
    pub(crate) bytes: Vec<u8>,
    closes: bool,
}

/// A connection that is kept for as long as the server does.
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Client {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request and reads its reply; none if the server hung up instead.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Option<Reply>> {
        let mut stream = self.connection().await?;
        // A server that has had enough may hang up while we write; its reply is read all the same.
        let _ = stream.write_all(request).await;
        let mut buffer = Vec::new();
        let reply =
            timeout(PATIENCE, read(&mut stream, &mut buffer)).await.context("neither reply nor end")??;
        if reply.as_ref().is_some_and(|reply| !reply.closes && buffer.is_empty()) {
            self.stream = Some(stream);
        }
        Ok(reply)
    }

    /// The same on a connection of its own, and with every reply until the server hangs up.
    pub(crate) async fn ask_to_the_end(&mut self, request: &[u8]) -> Result<Vec<Reply>> {
        self.stream = None;
        let mut stream = self.connection().await?;
        let _ = stream.write_all(request).await;
        let (mut buffer, mut replies) = (Vec::new(), Vec::new());
        while let Some(reply) =
            timeout(PATIENCE, read(&mut stream, &mut buffer)).await.context("neither reply nor end")??
        {
            replies.push(reply);
        }
        Ok(replies)
    }

    /// Forgets the connection: what was sent on it may have left something behind.
    pub(crate) fn leave(&mut self) {
        self.stream = None;
    }

    async fn connection(&mut self) -> Result<TcpStream> {
        if let Some(stream) = self.stream.take() {
            return Ok(stream);
        }
        let stream = TcpStream::connect(self.address).await.context("the server listens")?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// The next reply, or none at the end of the connection. `buffer` keeps what comes behind it.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Option<Reply>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        // A server that resets has hung up too.
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let values = |wanted: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let of = lines.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        of.map(|(_, value)| value.trim().to_owned()).collect::<Vec<_>>()
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let Some(status) = status else { bail!("no HTTP: {head:?}") };
    let length = values("content-length").first().and_then(|length| length.parse().ok()).unwrap_or(0);
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            bail!("a reply that breaks off: {head:?}");
        }
    }
    let bytes = buffer.drain(..end + length).collect();
    let closes = values("connection").iter().any(|value| value.eq_ignore_ascii_case("close"));
    Ok(Some(Reply { status, ids: values("x-request-id"), bytes, closes }))
}

//! A keep-alive connection with one request in flight at a time.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::Result;
use bff_bench::reply::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Connection {
    stream: TcpStream,
    incoming: Incoming,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, incoming: Incoming::new() })
    }

    /// The status of the reply. `left` is when the request was written.
    pub(crate) async fn ask(&mut self, request: &[u8], left: &mut Option<Instant>) -> Result<u16> {
        self.stream.write_all(request).await?;
        left.get_or_insert_with(Instant::now);
        let status = loop {
            let read = self.stream.read(self.incoming.space()).await?;
            if let Some(reply) = self.incoming.advance(read)? {
                break reply.status;
            }
        };
        self.incoming.clear();
        Ok(status)
    }
}

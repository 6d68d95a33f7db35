//! The collector that hangs. What it is sent stays in the sockets until those are full.

use anyhow::Result;
use bff_faults::ports;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A collector that takes connections and says nothing, until it is dropped.
pub(super) struct Hung {
    url: String,
    _listener: JoinSet<()>,
}

impl Hung {
    pub(super) fn start() -> Result<Self> {
        let listener = ports::free_listener()?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let listener = TcpListener::from_std(listener)?;
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut open = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.push(stream);
            }
        });
        Ok(Self { url, _listener: listening })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

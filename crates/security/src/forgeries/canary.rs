//! A host where nobody should go: tokens name it, and it counts who comes.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use anyhow::Result;

/// It takes nobody up by itself: whoever connects waits to be counted, so none is missed.
pub(crate) struct Canary {
    listener: TcpListener,
    url: String,
}

impl Canary {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many have connected since it was asked last.
    pub(crate) fn take(&self) -> usize {
        std::iter::from_fn(|| self.listener.accept().ok()).count()
    }

    /// Goes there once, to see that it counts.
    pub(crate) fn visit(&self) -> Result<()> {
        TcpStream::connect(self.listener.local_addr()?)?;
        Ok(())
    }
}

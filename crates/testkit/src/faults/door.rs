//! The port of a mocked service, open or shut. A shut one refuses, and yet nobody else can have it.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// Takes a port for good and listens on it. Fails if anybody has it.
pub(crate) fn listen(port: u16) -> io::Result<std::net::TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    // Only after it was nobody else's. It lets a second socket of ours hold the port while it refuses.
    socket.set_reuseport(true)?;
    socket.listen(BACKLOG)?.into_std()
}

pub(super) struct Door {
    address: SocketAddr,
    listener: Option<TcpListener>,
    /// Bound and not listening: it refuses, and holds the port.
    holder: Option<TcpSocket>,
}

impl Door {
    /// An open door, of a listener from [`listen`].
    pub(super) fn of(listener: std::net::TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { address, listener: Some(TcpListener::from_std(listener)?), holder: None })
    }

    /// Refuses from now on. Who waits to be accepted is reset.
    pub(super) fn shut(&mut self) -> io::Result<()> {
        if self.holder.is_none() {
            let holder = TcpSocket::new_v4()?;
            holder.set_reuseport(true)?;
            holder.bind(self.address)?;
            self.holder = Some(holder);
            self.listener = None;
        }
        Ok(())
    }

    /// Lets callers in.
    pub(super) fn open(&mut self) -> io::Result<()> {
        if let Some(holder) = self.holder.take() {
            // For whoever wants the port after us, while closed connections linger in the system.
            holder.set_reuseaddr(true)?;
            self.listener = Some(holder.listen(BACKLOG)?);
        }
        Ok(())
    }

    /// The next caller. Nobody comes through a door that is shut.
    pub(super) async fn caller(&self) -> TcpStream {
        let Some(listener) = &self.listener else { return std::future::pending().await };
        loop {
            match listener.accept().await {
                Ok((caller, _)) => return caller,
                // It went away while it waited, or this process has too many files open, which passes.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }
}

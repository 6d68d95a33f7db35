//! The PROXY protocol, versions 1 and 2: the header by which a proxy that passes bytes on says whose they are.
//!
//! <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>. It is read by the byte and so ends where it ends, however
//! it was cut into packets; nothing of what follows is taken. Only its source is used: destinations, and the TLVs of version 2
//! with their checksum, are not. Written by hand, because the crates that parse it take a part of some headers for a wrong
//! header, or take a header that the specification refuses.

mod header;
#[cfg(test)]
mod tests;
mod v1;
mod v2;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, net::TcpStream, time::Instant};

use self::header::{Header, Malformed, Source};
use super::Peer;
use crate::config::{Config, TrustConfig};

/// How long nothing is said after something was said about a connection: a scanner must not fill the log.
const SILENCE: Duration = Duration::from_mins(1);

/// Who may send headers; a worker has one, if connections must begin with one.
pub(super) struct ProxyProtocol {
    trust: TrustConfig,
    spoke: Mutex<Option<Instant>>,
}

impl ProxyProtocol {
    pub(super) fn new(config: &Config) -> Option<Arc<Self>> {
        let trust = config.trust.clone();
        config.server.proxy_protocol.then(|| Arc::new(Self { trust, spoke: Mutex::default() }))
    }

    /// Takes the header from the beginning of a connection and tells whose it is. `None` if it must be closed.
    pub(super) async fn accept(&self, stream: &mut TcpStream, from: SocketAddr) -> Option<Peer> {
        if !self.trust.is_proxy(from.ip()) {
            self.say(from, "it is none of trust.proxies");
            return None;
        }
        match read(stream).await? {
            Ok(Source::Stated(source)) => Some(Peer { address: source, undisclosed: false }),
            Ok(Source::Proxy) => Some(Peer { address: from, undisclosed: false }),
            Ok(Source::Undisclosed) => Some(Peer { address: from, undisclosed: true }),
            Err(Malformed) => {
                self.say(from, "it does not begin with a header of the PROXY protocol");
                None
            }
        }
    }

    fn say(&self, from: SocketAddr, why: &str) {
        if self.may_speak() {
            tracing::warn!("server.proxy_protocol: a connection from {} is closed: {why}", from.ip());
        }
    }

    fn may_speak(&self) -> bool {
        let now = Instant::now();
        let mut spoke = self.spoke.lock().unwrap_or_else(PoisonError::into_inner);
        let may = spoke.is_none_or(|spoke| now.duration_since(spoke) >= SILENCE);
        if may {
            *spoke = Some(now);
        }
        may
    }
}

/// Reads a header and no byte more. `None` if the connection ends within it.
async fn read(stream: &mut TcpStream) -> Option<Result<Source, Malformed>> {
    let mut header = Header::default();
    let mut arrived = [0; 256];
    loop {
        let length = stream.peek(&mut arrived).await.ok().filter(|length| *length > 0)?;
        let mut taken = 0;
        let mut end = None;
        while end.is_none() && taken < length {
            end = header.push(arrived[taken]).transpose();
            taken += 1;
        }
        stream.read_exact(&mut arrived[..taken]).await.ok()?;
        if end.is_some() {
            return end;
        }
    }
}

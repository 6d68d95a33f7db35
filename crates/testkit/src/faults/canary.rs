//! The canary: a host where nobody should go. Redirects lead there, and it counts who comes.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// It takes nobody up by itself: whoever connects waits to be counted, so none is missed.
pub(crate) struct Canary {
    listener: TcpListener,
    counted: AtomicUsize,
}

impl Canary {
    pub(crate) fn new() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, counted: AtomicUsize::new(0) })
    }

    /// The canary's own address of this path.
    pub(crate) fn url(&self, path: &str) -> String {
        let address = self.listener.local_addr().expect("a bound listener has an address");
        format!("http://{address}{path}")
    }

    /// How many have connected so far.
    pub(crate) fn connections(&self) -> usize {
        while self.listener.accept().is_ok() {
            self.counted.fetch_add(1, Relaxed);
        }
        self.counted.load(Relaxed)
    }
}

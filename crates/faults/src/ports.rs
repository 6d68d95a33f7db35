//! Ports of the loopback that nobody has.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};

/// Listens below the ports that the system gives to outgoing connections: a service that refuses must find its own free again,
/// and nobody may connect to itself by accident.
pub fn free_listener() -> Result<TcpListener> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 5000)?;
    let ports = (0..5000).map(|_| 20_000 + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let mut bound = ports.filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    bound.next().context("no free port from 20000 to 29999")
}

/// An address that nobody listens on.
pub fn free_address() -> Result<SocketAddr> {
    Ok(free_listener()?.local_addr()?)
}

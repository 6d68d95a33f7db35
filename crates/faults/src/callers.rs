//! Who asks: another caller on every connection. What one caller asks twice at the same time becomes one call, and then a load
//! of requests would be no load of calls.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use bff_bench::token;

/// The `iss` of their tokens.
pub const ISSUER: &str = "https://id.example";
/// The `aud` of their tokens.
pub const AUDIENCE: &str = "bff";
/// What signs their tokens: HS256.
pub const SECRET: &str = "a secret that guards nothing: everything here stays on loopback";

/// Callers of one BFF.
pub struct Callers {
    address: SocketAddr,
    known: AtomicU32,
}

impl Callers {
    /// Nobody has asked yet.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, known: AtomicU32::default() }
    }

    /// One who has not asked before.
    pub fn next(&self) -> Result<Caller> {
        let user = format!("usr_{:06}", self.known.fetch_add(1, Ordering::Relaxed));
        let token = token::sign_as(ISSUER, AUDIENCE, SECRET, token::Caller { user: &user, role: "beta" })?;
        Ok(Caller { address: self.address, token })
    }
}

/// A caller of a BFF.
#[derive(Clone)]
pub struct Caller {
    /// The BFF's.
    pub address: SocketAddr,
    /// Who it is.
    pub token: String,
}

impl Caller {
    /// A GET, ready to be written. Each of the headers ends its own line.
    pub fn request(&self, path: &str, headers: &str) -> Vec<u8> {
        let Self { address, token } = self;
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n{headers}\r\n")
            .into()
    }
}

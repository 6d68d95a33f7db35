//! A header, byte for byte.

use std::net::SocketAddr;

use super::{v1, v2};

/// What may be kept of a header: all of version 1, and of version 2 what comes before its TLVs.
const KEPT: usize = v1::LONGEST;

/// Whose the bytes of a connection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Those of a client at this address.
    Stated(SocketAddr),
    /// The proxy's own, as those of its health checks (`LOCAL`).
    Proxy,
    /// Those of somebody whom the proxy does not name (`UNKNOWN`, or no address of TCP).
    Undisclosed,
}

/// No header, or a wrong one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// A header, as far as it has come.
pub(super) struct Header {
    kept: [u8; KEPT],
    length: usize,
}

impl Default for Header {
    fn default() -> Self {
        Self { kept: [0; KEPT], length: 0 }
    }
}

impl Header {
    /// Takes the next byte: the source if it is the last one, nothing if more belong to the header.
    pub(super) fn push(&mut self, byte: u8) -> Result<Option<Source>, Malformed> {
        if let Some(place) = self.kept.get_mut(self.length) {
            *place = byte;
        }
        self.length += 1;
        let known = &self.kept[..self.length.min(KEPT)];
        if begins(known, v1::PREFIX) {
            v1::source(known)
        } else if begins(known, v2::SIGNATURE) {
            v2::source(known, self.length)
        } else {
            Err(Malformed)
        }
    }
}

/// Whether `bytes` are a part of `prefix`, or `prefix` and more.
fn begins(bytes: &[u8], prefix: &[u8]) -> bool {
    let common = bytes.len().min(prefix.len());
    bytes[..common] == prefix[..common]
}

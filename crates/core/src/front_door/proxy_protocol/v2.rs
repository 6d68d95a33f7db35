//! Version 2: binary (section 2.2).

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::header::{Malformed, Source};

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

// Version and command.
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;

// Family and protocol. Any other value must be refused.
const UNSPECIFIED: u8 = 0x00;
const TCP4: u8 = 0x11;
const UDP4: u8 = 0x12;
const TCP6: u8 = 0x21;
const UDP6: u8 = 0x22;
const UNIX_STREAM: u8 = 0x31;
const UNIX_DATAGRAM: u8 = 0x32;

/// Signature, version and command, family and protocol, length.
const FIXED: usize = 16;

/// The longest header, in bytes: far more than addresses and the TLVs in use need.
pub(super) const LONGEST: usize = 4 << 10;

/// The source of a header of which `length` bytes have come, nothing while it is not whole. `known` is its beginning.
pub(super) fn source(known: &[u8], length: usize) -> Result<Option<Source>, Malformed> {
    let Some(&[version_command, kind, high, low]) = known.get(SIGNATURE.len()..FIXED) else {
        return Ok(None);
    };
    let announced = usize::from(u16::from_be_bytes([high, low]));
    let least = match (version_command, kind) {
        // A connection of the proxy's own: the block is for nobody.
        (LOCAL, _) | (PROXY, UNSPECIFIED) => 0,
        (PROXY, TCP4 | UDP4) => 12,
        (PROXY, TCP6 | UDP6) => 36,
        (PROXY, UNIX_STREAM | UNIX_DATAGRAM) => 216,
        _ => return Err(Malformed),
    };
    if announced < least || FIXED + announced > LONGEST {
        return Err(Malformed);
    }
    if length < FIXED + announced {
        return Ok(None);
    }
    Ok(Some(match (version_command, kind) {
        (LOCAL, _) => Source::Proxy,
        (_, TCP4) => stated(ipv4(&known[FIXED..])),
        (_, TCP6) => stated(ipv6(&known[FIXED..])),
        // A path of this machine, or datagrams, which no TCP connection is made of.
        _ => Source::Undisclosed,
    }))
}

fn stated(source: Option<SocketAddr>) -> Source {
    source.map_or(Source::Undisclosed, Source::Stated)
}

/// Source, destination, and the port of each.
fn ipv4(block: &[u8]) -> Option<SocketAddr> {
    let address: [u8; 4] = *block.first_chunk()?;
    let port: [u8; 2] = *block.get(8..)?.first_chunk()?;
    Some((Ipv4Addr::from(address), u16::from_be_bytes(port)).into())
}

fn ipv6(block: &[u8]) -> Option<SocketAddr> {
    let address: [u8; 16] = *block.first_chunk()?;
    let port: [u8; 2] = *block.get(32..)?.first_chunk()?;
    Some((Ipv6Addr::from(address), u16::from_be_bytes(port)).into())
}

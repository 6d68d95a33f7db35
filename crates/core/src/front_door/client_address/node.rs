//! One hop as text: an address, with or without a port (RFC 7239, section 6, and what proxies write into `X-Forwarded-For`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `192.0.2.43`, `192.0.2.43:47011`, `2001:db8::17`, `[2001:db8::17]` or `[2001:db8::17]:4711`. IPv6 without brackets is an
/// address as a whole, never one with a port. Anything else is none: a name, a word such as `unknown`, a zone.
pub(super) fn address(node: &[u8]) -> Option<IpAddr> {
    let node = std::str::from_utf8(node).ok()?;
    let address: IpAddr = if let Some(bracketed) = node.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let port_is_right = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        port_is_right.then(|| address.parse::<Ipv6Addr>())?.ok()?.into()
    } else if let Ok(address) = node.parse() {
        address
    } else {
        let (address, port) = node.split_once(':')?;
        is_port(port).then(|| address.parse::<Ipv4Addr>())?.ok()?.into()
    };
    Some(address.to_canonical())
}

/// A number, or a name that hides it (RFC 7239, section 6.2).
fn is_port(port: &str) -> bool {
    let hidden = port.strip_prefix('_');
    let is_hidden = hidden.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    });
    is_hidden || (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

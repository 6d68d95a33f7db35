//! Where a request comes from, as the proxies that it came through say.
//!
//! Each proxy adds the address that it was reached from at the end of its header, so the list is read from its end: what the
//! last proxy wrote, then what the one before it wrote, as long as the writer is one of `trust.proxies`. The first address that
//! is none of them is the client, and everything to its left is that client's own word. What can't be read (`unknown`, `_hidden`
//! and other words of RFC 7239, section 6, or nothing at all) ends the walk at the last address that is known: skipping it would
//! lead to what somebody unknown wrote. This is asked only of requests whose peer is trusted; it allocates nothing.

mod elements;
mod node;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, header::FORWARDED};

use self::{elements::forwarded_for, node::address};
use crate::config::{ForwardedHeader, TrustConfig};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// More proxies in a row than anybody has.
const MAX_HOPS: usize = 32;

/// The client of a request that `peer` sent, which is a trusted proxy.
pub(super) fn find(peer: IpAddr, headers: &HeaderMap, trust: &TrustConfig) -> IpAddr {
    let lines = |name| headers.get_all(name).iter().rev().map(HeaderValue::as_bytes);
    match trust.forwarded {
        ForwardedHeader::XForwardedFor => {
            let entries = lines(X_FORWARDED_FOR).flat_map(|line| line.rsplit(|byte| *byte == b','));
            walk(peer, entries.map(|entry| address(entry.trim_ascii())), trust)
        }
        ForwardedHeader::Forwarded => walk(peer, lines(FORWARDED).flat_map(forwarded_for), trust),
        ForwardedHeader::None => peer.to_canonical(),
    }
}

/// Follows the entries, last first, as long as whoever wrote them is trusted.
fn walk(peer: IpAddr, entries: impl Iterator<Item = Option<IpAddr>>, trust: &TrustConfig) -> IpAddr {
    let mut known = peer.to_canonical();
    for entry in entries.take(MAX_HOPS) {
        let Some(address) = entry else { break };
        known = address;
        if !trust.is_proxy(known) {
            break;
        }
    }
    known
}

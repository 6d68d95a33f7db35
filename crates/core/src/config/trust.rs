//! What can be set of whom to believe about what a request says of itself.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::values;

/// `[trust]`: whom to believe about what a request says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustConfig {
    /// Networks of proxies, such as `10.0.0.0/8`: what they say of the client's address is believed, and their `X-Request-Id`
    /// is kept. Whoever else is in such a network can say what a proxy can, so name no network that clients are in.
    /// Default none.
    #[serde(with = "values::networks")]
    pub proxies: Vec<IpNet>,
    /// The one header in which all of them add the address that they were reached from. The other one is never read, since a
    /// proxy that doesn't write it lets a client's pass. Default `x-forwarded-for`.
    pub forwarded: ForwardedHeader,
}

impl TrustConfig {
    /// Whether one of the proxies has this address. An IPv4 address that is written as IPv6 is the IPv4 address.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.proxies.iter().any(|network| network.contains(&address))
    }
}

/// A header in which proxies say for whom they ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For: 203.0.113.7, 10.0.0.1`.
    #[default]
    XForwardedFor,
    /// `Forwarded: for=203.0.113.7, for="[2001:db8::1]:443"` (RFC 7239).
    Forwarded,
    /// No header: the client is the connection's other end, as the kernel or the PROXY protocol says.
    None,
}

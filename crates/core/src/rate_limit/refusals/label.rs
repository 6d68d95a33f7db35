//! Who was refused, in words: a count's key is a number.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use serde::Serialize;

use super::super::{key::Who, rules::Asks};

/// Who was refused.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Label {
    /// A caller, and who says so.
    Caller {
        /// `sub` of a token, `subject` of an API key.
        id: String,
        /// `iss` of a token.
        issuer: String,
    },
    /// Requests without a caller, from an address; of IPv6 from a /64.
    Address {
        /// `192.0.2.1` or `2001:db8:1:2::/64`.
        address: String,
    },
    /// All together, where a quota is everyone's.
    Everyone,
    /// A request without a connection.
    Unknown,
}

/// Shows nobody: `/limits` alone does.
impl fmt::Debug for Label {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Caller { .. } => "Caller",
            Self::Address { .. } => "Address",
            Self::Everyone => "Everyone",
            Self::Unknown => "Unknown",
        })
    }
}

impl Label {
    pub(super) fn of(who: Who, asks: Asks<'_>) -> Self {
        match asks {
            _ if who == Who::EVERYONE => Self::Everyone,
            Asks::Caller(caller) => {
                Self::Caller { id: caller.id().to_owned(), issuer: caller.issuer().to_owned() }
            }
            Asks::Address(None) | Asks::Guess(None) => Self::Unknown,
            Asks::Address(Some(address)) | Asks::Guess(Some(address)) => match address.to_canonical() {
                IpAddr::V4(address) => Self::Address { address: address.to_string() },
                IpAddr::V6(address) => {
                    // As in `Who::address`.
                    let network = Ipv6Addr::from_bits(address.to_bits() >> 64 << 64);
                    Self::Address { address: format!("{network}/64") }
                }
            },
        }
    }
}

//! How addresses and networks are written: lists, of which each wrong element is refused by itself.

use std::fmt;

use ipnet::IpNet;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Unexpected, Visitor},
};

/// An address, or a list of them: `"http://users"` or `["http://users-1", "http://users-2"]`.
pub(crate) mod addresses {
    use super::{Addresses, Deserializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_any(Addresses)
    }
}

/// A list of networks, each as `"10.0.0.0/8"`.
pub(crate) mod networks {
    use super::{Deserializer, IpNet, Networks};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
        deserializer.deserialize_seq(Networks)
    }
}

struct Addresses;

impl<'de> Visitor<'de> for Addresses {
    type Value = Vec<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an address such as \"http://users.internal:8080\" or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(vec![text.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
        let mut addresses = Vec::new();
        while let Some(Address(text)) = list.next_element()? {
            addresses.push(text);
        }
        Ok(addresses)
    }
}

struct Address(String);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AddressText)
    }
}

struct AddressText;

impl Visitor<'_> for AddressText {
    type Value = Address;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an address such as \"http://users.internal:8080\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Address, E> {
        Ok(Address(text.to_owned()))
    }
}

struct Networks;

impl<'de> Visitor<'de> for Networks {
    type Value = Vec<IpNet>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list such as [\"10.0.0.0/8\"]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<IpNet>, A::Error> {
        let mut networks = Vec::new();
        while let Some(Network(network)) = list.next_element()? {
            networks.push(network);
        }
        Ok(networks)
    }
}

struct Network(IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NetworkText)
    }
}

struct NetworkText;

impl Visitor<'_> for NetworkText {
    type Value = Network;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a network such as \"10.0.0.0/8\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Network, E> {
        text.parse().map(Network).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

//! Whose a charge is: a number and no text, the same in every instance.

use std::net::IpAddr;

use aws_lc_rs::digest::{Context, SHA256};

/// Who is counted together under one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Who(u128);

/// One quota's count of somebody: the quota's number above the bits of who. Two halves, since 128 bits in one would be aligned so
/// that an entry of a table has eight more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u64; 2]);

/// The kinds of [`Who`], above the bits that tell one from another.
const BITS: u32 = 104;
const ADDRESS_V4: u128 = 1 << BITS;
const ADDRESS_V6: u128 = 2 << BITS;
const CALLER: u128 = 3 << BITS;

/// Where the number of a quota begins in a [`Key`].
const QUOTA: u32 = 112;

impl Who {
    /// All together.
    pub(crate) const EVERYONE: Self = Self(0);

    /// Nobody knows: a request without a connection, in a test. All of them together.
    pub(crate) const UNKNOWN: Self = Self(ADDRESS_V4);

    /// Whoever comes from there. A household or a machine has at least a /64 of IPv6 (RFC 6177), so that this is one.
    pub(crate) fn address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(ADDRESS_V4 | u128::from(address.to_bits())),
            IpAddr::V6(address) => Self(ADDRESS_V6 | address.to_bits() >> 64),
        }
    }

    /// A caller, by who says so and under which name. 104 bits of SHA-256: nobody finds another's.
    pub(crate) fn caller(issuer: &str, id: &str) -> Self {
        let mut hash = Context::new(&SHA256);
        // A length, so that where one ends and the other begins is part of it.
        hash.update(&(issuer.len() as u64).to_be_bytes());
        hash.update(issuer.as_bytes());
        hash.update(id.as_bytes());
        let bits = hash.finish().as_ref().iter().take(13).fold(0, |bits, byte| bits << 8 | u128::from(*byte));
        Self(CALLER | bits)
    }

    /// As it stands in the name of a key that instances share.
    pub(crate) fn bits(self) -> u128 {
        self.0
    }

    pub(crate) fn under(self, quota: u16) -> Key {
        let bits = u128::from(quota) << QUOTA | self.0;
        #[expect(clippy::cast_possible_truncation, reason = "its lower half")]
        let low = bits as u64;
        Key([(bits >> 64) as u64, low])
    }
}

impl Key {
    /// The number of its quota.
    pub(crate) fn quota(self) -> u16 {
        let [high, _] = self.0;
        (high >> (QUOTA - 64)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Who {
        Who::address(text.parse().expect("an address"))
    }

    #[test]
    fn an_address_is_counted_by_its_household() {
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::2"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
        assert_eq!(address("192.0.2.1"), address("::ffff:192.0.2.1"));
        assert_ne!(address("0.0.0.5"), address("0:0:0:5::"));
    }

    #[test]
    fn a_caller_is_a_name_and_who_says_so() {
        let alice = Who::caller("https://login.example", "alice");
        assert_eq!(alice, Who::caller("https://login.example", "alice"));
        for (issuer, id) in [
            ("https://login.example", "Alice"),
            ("https://other.example", "alice"),
            ("https://login.examplea", "lice"),
            ("", ""),
        ] {
            assert_ne!(alice, Who::caller(issuer, id));
        }
        assert_ne!(alice, Who::EVERYONE);
    }

    #[test]
    fn each_quota_counts_for_itself() {
        let whos = [Who::EVERYONE, address("192.0.2.1"), address("2001:db8::1"), Who::caller("a", "b")];
        for (place, who) in whos.into_iter().enumerate() {
            assert_ne!(who.under(7), who.under(8));
            assert_eq!([0, 7, u16::MAX].map(|quota| who.under(quota).quota()), [0, 7, u16::MAX]);
            assert!(whos[..place].iter().all(|other| other.under(7) != who.under(7)));
        }
    }
}

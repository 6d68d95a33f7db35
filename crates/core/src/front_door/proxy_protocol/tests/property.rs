//! Any bytes at all, and headers with anything behind them.

use std::net::{IpAddr, SocketAddr};

use proptest::{collection::vec, prelude::*};

use super::*;

fn text(source: SocketAddr, to: u16) -> Vec<u8> {
    let kind = if source.is_ipv4() { "TCP4" } else { "TCP6" };
    let destination = if source.is_ipv4() { "10.0.0.1" } else { "fd00::1" };
    format!("PROXY {kind} {} {destination} {} {to}\r\n", source.ip(), source.port()).into_bytes()
}

fn block(source: SocketAddr, to: u16) -> (u8, Vec<u8>) {
    let (kind, mut block) = match source.ip() {
        IpAddr::V4(address) => (0x11, [address.octets(), [10, 0, 0, 1]].concat()),
        IpAddr::V6(address) => (0x21, [address.octets(), [1; 16]].concat()),
    };
    block.extend([source.port().to_be_bytes(), to.to_be_bytes()].concat());
    (kind, block)
}

/// A header of either version with its source.
fn header() -> impl Strategy<Value = (Vec<u8>, Source)> {
    let source = (any::<IpAddr>(), any::<u16>(), any::<u16>());
    (source, any::<bool>(), vec(any::<u8>(), 0..300)).prop_map(|((address, port, to), is_text, tlvs)| {
        let source = SocketAddr::new(address, port);
        let header = if is_text {
            text(source, to)
        } else {
            let (kind, mut block) = block(source, to);
            block.extend(tlvs);
            binary(0x21, kind, &block)
        };
        (header, Source::Stated(source))
    })
}

/// Bytes that are random, and bytes that are random after a good beginning.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let beginnings = prop_oneof![
        Just(Vec::new()),
        Just(b"PROXY ".to_vec()),
        Just(b"PROXY TCP4 ".to_vec()),
        Just(v2::SIGNATURE.to_vec()),
        Just(binary(0x21, 0x11, &[])[..14].to_vec()),
    ];
    (beginnings, vec(any::<u8>(), 0..300)).prop_map(|(begin, rest)| [begin, rest].concat())
}

proptest! {
    #[test]
    fn a_header_ends_where_it_ends((header, source) in header(), rest in vec(any::<u8>(), 0..50)) {
        let stream = [header.as_slice(), &rest].concat();
        prop_assert_eq!(read(&stream), (header.len(), Some(Ok(source))));
    }

    #[test]
    fn a_part_of_a_header_is_neither_whole_nor_wrong((header, _) in header(), cut in any::<prop::sample::Index>()) {
        let part = &header[..cut.index(header.len())];
        prop_assert_eq!(read(part), (part.len(), None));
    }

    #[test]
    fn any_bytes_come_to_an_end_within_bounds(bytes in bytes()) {
        let (taken, end) = read(&bytes);
        prop_assert!(taken <= v2::LONGEST);
        match end {
            None => prop_assert_eq!(taken, bytes.len()),
            Some(Ok(_)) => prop_assert!(bytes.starts_with(b"PROXY ") || bytes.starts_with(v2::SIGNATURE)),
            Some(Err(Malformed)) => {}
        }
    }

    #[test]
    fn one_wrong_byte_states_nothing_it_should_not((header, source) in header(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut spoilt = header.clone();
        let at = at.index(header.len());
        spoilt[at] = byte;
        let (taken, end) = read(&spoilt);
        // A byte of the signature, or of the word at the beginning, is never forgiven.
        let start = if header.starts_with(b"PROXY ") { 6 } else { v2::SIGNATURE.len() };
        if at < start && spoilt != header {
            prop_assert_eq!((taken, end), (at + 1, Some(Err(Malformed))));
        }
        if spoilt == header {
            prop_assert_eq!((taken, end), (header.len(), Some(Ok(source))));
        }
    }
}

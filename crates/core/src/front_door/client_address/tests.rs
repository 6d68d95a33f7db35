//! Which address is believed. `10.0.0.0/8` and `fd00::/8` are proxies, and the peer is one of them.

mod forwarded;
mod property;

use http::HeaderName;

use super::*;

const PEER: &str = "10.0.0.1";

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn trust(forwarded: ForwardedHeader) -> TrustConfig {
    let proxies = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().expect("a network"));
    TrustConfig { proxies: proxies.to_vec(), forwarded }
}

fn found(forwarded: ForwardedHeader, lines: &[(HeaderName, &str)]) -> IpAddr {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    find(ip(PEER), &headers, &trust(forwarded))
}

/// What lines of `X-Forwarded-For` come to.
fn x_forwarded_for(lines: &[&str]) -> IpAddr {
    let lines: Vec<_> = lines.iter().map(|line| (X_FORWARDED_FOR, *line)).collect();
    found(ForwardedHeader::XForwardedFor, &lines)
}

#[test]
fn a_hop_is_an_address_with_or_without_a_port() {
    for (node, expected) in [
        ("192.0.2.43", "192.0.2.43"),
        ("192.0.2.43:47011", "192.0.2.43"),
        ("192.0.2.43:_OBf-us.ca_ted", "192.0.2.43"),
        ("2001:db8::17", "2001:db8::17"),
        ("2001:DB8::17", "2001:db8::17"),
        ("[2001:db8::17]", "2001:db8::17"),
        ("[2001:db8::17]:4711", "2001:db8::17"),
        ("[2001:db8::17]:_x", "2001:db8::17"),
        // Not with a port, which this form has no room for.
        ("2001:db8::17:4711", "2001:db8::17:4711"),
        ("::ffff:192.0.2.43", "192.0.2.43"),
        ("[::ffff:192.0.2.43]:80", "192.0.2.43"),
    ] {
        assert_eq!(address(node.as_bytes()), Some(ip(expected)), "{node}");
    }
    for node in [
        "",
        "unknown",
        "_hidden",
        "localhost",
        "192.0.2",
        "192.0.2.043",
        "192.0.2.256",
        "192.0.2.43:",
        "192.0.2.43:123456",
        "192.0.2.43:80:80",
        "192.0.2.43:_",
        "192.0.2.43:+80",
        "192.0.2.43:_a\"b",
        "192.0.2.43 80",
        "3221226027",
        "0xc000022b",
        "[192.0.2.43]",
        "[2001:db8::17",
        "2001:db8::17]",
        "[2001:db8::17]80",
        "[2001:db8::17]:",
        "[fe80::1%eth0]",
        "fe80::1%1",
        "\"192.0.2.43\"",
        "http://192.0.2.43",
        "192.0.2.0/24",
        "caf\u{e9}",
    ] {
        assert_eq!(address(node.as_bytes()), None, "{node}");
    }
    assert_eq!(address(b"192.0.2.\xff"), None);
}

#[test]
fn the_first_address_from_the_right_that_is_no_proxy_is_the_client() {
    for (lines, client) in [
        (&[][..], PEER),
        (&["203.0.113.7"], "203.0.113.7"),
        (&["203.0.113.7:5000"], "203.0.113.7"),
        (&[" 203.0.113.7\t,10.1.1.1 "], "203.0.113.7"),
        (&["203.0.113.7, 10.1.1.1:80, [fd00::2]:80"], "203.0.113.7"),
        (&["203.0.113.7, ::ffff:10.1.1.1"], "203.0.113.7"),
        (&["2001:db8::1, fd00::2"], "2001:db8::1"),
        // What the client wrote itself.
        (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (&["198.51.100.1, 203.0.113.7, 10.1.1.1"], "203.0.113.7"),
        (&["10.9.9.9, 203.0.113.7, 10.1.1.1"], "203.0.113.7"),
        (&["198.51.100.1", "203.0.113.7", "10.1.1.1"], "203.0.113.7"),
        (&["198.51.100.1, 203.0.113.7", "10.1.1.1"], "203.0.113.7"),
        // Proxies only: the one that asks for itself.
        (&["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
        (&["fd00::2"], "fd00::2"),
        // Whoever was there before what can't be read is unknown.
        (&["203.0.113.7, unknown"], PEER),
        (&["203.0.113.7, unknown, 10.1.1.1"], "10.1.1.1"),
        (&["203.0.113.7, , 10.1.1.1"], "10.1.1.1"),
        (&["203.0.113.7,"], PEER),
        (&["203.0.113.7", ""], PEER),
        (&["203.0.113.7, \"10.1.1.1\""], PEER),
        (&["for=203.0.113.7"], PEER),
    ] {
        assert_eq!(x_forwarded_for(lines), ip(client), "{lines:?}");
    }
}

#[test]
fn one_header_is_read_and_the_other_is_a_clients() {
    let both = [(X_FORWARDED_FOR, "203.0.113.7"), (FORWARDED, "for=198.51.100.1")];
    assert_eq!(found(ForwardedHeader::XForwardedFor, &both), ip("203.0.113.7"));
    assert_eq!(found(ForwardedHeader::Forwarded, &both), ip("198.51.100.1"));
    assert_eq!(found(ForwardedHeader::None, &both), ip(PEER));
    assert_eq!(found(ForwardedHeader::XForwardedFor, &both[1..]), ip(PEER));
    assert_eq!(found(ForwardedHeader::Forwarded, &both[..1]), ip(PEER));
}

#[test]
fn no_more_proxies_are_followed_than_anybody_has() {
    let chain = |proxies| format!("203.0.113.7, {}", vec!["10.1.1.1"; proxies].join(","));
    assert_eq!(x_forwarded_for(&[&chain(MAX_HOPS - 1)]), ip("203.0.113.7"));
    assert_eq!(x_forwarded_for(&[&chain(MAX_HOPS)]), ip("10.1.1.1"));
}

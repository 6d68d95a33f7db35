//! Whatever a client writes, the address that is found is the one that the first trusted proxy was reached from.

use std::fmt::Write as _;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// What a client could write at the beginning, chosen to look like what proxies write.
fn words() -> impl Strategy<Value = Vec<String>> {
    let word = select(vec![
        "198.51.100.66",
        "10.6.6.6",
        "fd00::66",
        "[2001:db8::66]:80",
        "unknown",
        "for=",
        "FOR=",
        "by=",
        "\"",
        "\\",
        "\\\"",
        ",",
        ";",
        " ",
        "=",
        ":",
        "x",
        "for=10.6.6.6",
        "for=198.51.100.66",
        "\u{ff}",
    ]);
    vec(vec(word, 0..12).prop_map(|words| words.concat()), 0..4)
}

/// An address of whoever is no proxy, or of a proxy.
fn hop(proxy: bool) -> impl Strategy<Value = IpAddr> {
    (any::<bool>(), any::<[u8; 2]>()).prop_map(move |(v6, [a, b])| {
        let text = match (proxy, v6) {
            (false, false) => format!("203.0.{a}.{b}"),
            (false, true) => format!("2001:db8:1::{a:x}{b:02x}"),
            (true, false) => format!("10.0.{a}.{b}"),
            (true, true) => format!("fd00::{a:x}{b:02x}"),
        };
        ip(&text)
    })
}

/// The hops as proxies write them: the client, then proxies. Each is followed by whether a line begins after it.
fn hops() -> impl Strategy<Value = Vec<(IpAddr, u8, bool)>> {
    let client = (hop(false), any::<u8>(), any::<bool>());
    (client, vec((hop(true), any::<u8>(), any::<bool>()), 0..4))
        .prop_map(|(client, proxies)| std::iter::once(client).chain(proxies).collect())
}

fn node(address: IpAddr, form: u8) -> String {
    match (address, form % 3) {
        (IpAddr::V4(v4), 0) => v4.to_string(),
        (IpAddr::V4(v4), 1) => format!("{v4}:{form}"),
        (IpAddr::V4(v4), _) => v4.to_ipv6_mapped().to_string(),
        (IpAddr::V6(v6), 0) => v6.to_string(),
        (IpAddr::V6(v6), 1) => format!("[{v6}]"),
        (IpAddr::V6(v6), _) => format!("[{v6}]:{form}"),
    }
}

fn element(address: IpAddr, form: u8) -> String {
    let node = node(address, form);
    let quote = if form & 4 == 0 && address.is_ipv4() && form.is_multiple_of(3) { "" } else { "\"" };
    let before = if form & 8 == 0 { "" } else { "by=\"a, for=9.9.9.9; \\\" \";" };
    let after = if form & 16 == 0 { "" } else { ";proto=http" };
    format!("{before}For={quote}{node}{quote}{after}")
}

/// A client's lines with those of the proxies after them, the first of which may go on in the client's last line.
fn lines(
    client: &[String],
    hops: &[(IpAddr, u8, bool)],
    write: fn(IpAddr, u8) -> String,
    join: bool,
) -> Vec<String> {
    let mut lines = client.to_vec();
    let mut fresh = !join || lines.is_empty();
    for (address, form, ends) in hops {
        let text = write(*address, *form);
        match lines.last_mut() {
            Some(line) if !fresh => write!(line, ", {text}").expect("a string takes it"),
            _ => lines.push(text),
        }
        fresh = *ends;
    }
    lines
}

/// Cuts from the left, keeps all, and then looks: what is meant, at its slowest.
fn brute_force(lines: &[String]) -> IpAddr {
    let joined = lines.join(",");
    let entries: Vec<_> = if lines.is_empty() { vec![] } else { joined.split(',').map(str::trim).collect() };
    let trusted = trust(ForwardedHeader::XForwardedFor);
    let mut known = ip(PEER);
    for entry in entries.iter().rev() {
        match address(entry.as_bytes()) {
            Some(address) if trusted.is_proxy(address) => known = address,
            Some(address) => return address,
            None => return known,
        }
    }
    known
}

fn of(header: ForwardedHeader, lines: &[String]) -> IpAddr {
    let name = if header == ForwardedHeader::Forwarded { FORWARDED } else { X_FORWARDED_FOR };
    let lines: Vec<_> = lines.iter().map(|line| (name.clone(), line.as_str())).collect();
    found(header, &lines)
}

proptest! {
    #[test]
    fn a_client_can_not_choose(client in words(), hops in hops(), join in any::<bool>()) {
        let expected = hops[0].0;
        let lines_of_one = lines(&client, &hops, node, join);
        prop_assert_eq!(of(ForwardedHeader::XForwardedFor, &lines_of_one), expected, "{:?}", lines_of_one);
        let lines_of_other = lines(&client, &hops, element, join);
        prop_assert_eq!(of(ForwardedHeader::Forwarded, &lines_of_other), expected, "{:?}", lines_of_other);
    }

    #[test]
    fn it_is_what_brute_force_finds(client in words()) {
        prop_assert_eq!(of(ForwardedHeader::XForwardedFor, &client), brute_force(&client), "{:?}", client);
    }

    #[test]
    fn no_bytes_change_what_a_proxy_adds_after_them(
        bytes in vec(prop_oneof![4 => b' '..=b'~', 1 => select(&b"\"\\,;= "[..]), 1 => 0x80_u8..], 0..200),
    ) {
        for (header, added) in
            [(ForwardedHeader::XForwardedFor, "203.0.113.7"), (ForwardedHeader::Forwarded, "for=203.0.113.7")]
        {
            let name = if header == ForwardedHeader::Forwarded { FORWARDED } else { X_FORWARDED_FOR };
            for (line, client) in [
                (bytes.clone(), None),
                ([&bytes[..], b", ", added.as_bytes()].concat(), Some("203.0.113.7")),
                ([&bytes[..], b",unknown"].concat(), Some(PEER)),
            ] {
                let value = HeaderValue::from_bytes(&line).expect("no controls are in it");
                let found = find(ip(PEER), &HeaderMap::from_iter([(name.clone(), value)]), &trust(header));
                prop_assert!(client.is_none_or(|client| found == ip(client)), "{}", line.escape_ascii());
            }
        }
    }
}

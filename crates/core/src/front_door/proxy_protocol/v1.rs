//! Version 1: a line of text (section 2.1).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use super::header::{Malformed, Source};

pub(super) const PREFIX: &[u8] = b"PROXY ";

/// The longest line with its end, in bytes.
pub(super) const LONGEST: usize = 107;

/// The source of a line, nothing while it has no end.
pub(super) fn source(line: &[u8]) -> Result<Option<Source>, Malformed> {
    if let Some(whole) = line.strip_suffix(b"\r\n") {
        return parse(whole).map(Some).ok_or(Malformed);
    }
    let (before, last) = line.split_at(line.len() - 1);
    // A carriage return is followed by a newline, which nothing else may stand before: a line that ends in another way would
    // go on into the request.
    let breaks = before.ends_with(b"\r") || last == b"\n";
    if breaks || line.len() == LONGEST { Err(Malformed) } else { Ok(None) }
}

fn parse(line: &[u8]) -> Option<Source> {
    let mut words = std::str::from_utf8(line.strip_prefix(PREFIX)?).ok()?.split(' ');
    match words.next()? {
        "TCP4" => addresses::<Ipv4Addr>(words),
        "TCP6" => addresses::<Ipv6Addr>(words),
        // What follows must be ignored.
        "UNKNOWN" => Some(Source::Undisclosed),
        _ => None,
    }
}

/// Source and destination, and the port of each.
fn addresses<'a, A: FromStr + Into<IpAddr>>(mut words: impl Iterator<Item = &'a str>) -> Option<Source> {
    let source: A = words.next()?.parse().ok()?;
    let _destination: A = words.next()?.parse().ok()?;
    let (port, _to) = (port(words.next()?)?, port(words.next()?)?);
    words.next().is_none().then(|| Source::Stated(SocketAddr::new(source.into(), port)))
}

/// Digits without a leading zero. Rust would also take a plus sign.
fn port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_number.then(|| text.parse().ok())?
}

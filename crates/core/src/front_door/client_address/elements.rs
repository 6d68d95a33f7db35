//! The elements of `Forwarded` (RFC 7239, section 4), last first.
//!
//! A list is cut from its right end, so what a client has put at its left, such as a quote that never closes, can't swallow
//! what a proxy added. Of each element only `for` is read.

use std::net::IpAddr;

use super::node::address;

/// Whom each element of a line names as its `for`, last element first; `None` of one that can't be read.
pub(super) fn forwarded_for(line: &[u8]) -> impl Iterator<Item = Option<IpAddr>> {
    FromRight { rest: Some(line), separator: b',' }.map(node_of)
}

/// The `for` of an element. Its name is of any case, and may come once.
fn node_of(element: &[u8]) -> Option<IpAddr> {
    let pairs = FromRight { rest: Some(element), separator: b';' };
    let mut values = pairs.filter_map(|pair| {
        let pair = pair.trim_ascii();
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        pair[..equals].eq_ignore_ascii_case(b"for").then(|| &pair[equals + 1..])
    });
    let (value, None) = (values.next()?, values.next()) else { return None };
    address(unquoted(value)?)
}

/// A value without its quotes. One with an escape in it is no address.
fn unquoted(value: &[u8]) -> Option<&[u8]> {
    let inner = match value.strip_prefix(b"\"") {
        Some(rest) => rest.strip_suffix(b"\"")?,
        None => value,
    };
    (!inner.contains(&b'"') && !inner.contains(&b'\\')).then_some(inner)
}

/// The parts between separators that stand outside of quotes, last first. Where a quote has no beginning, all that is left is
/// one part, which is no address either.
struct FromRight<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Iterator for FromRight<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let mut end = rest.len();
        while let Some(place) = rest[..end].iter().rposition(|byte| *byte == self.separator || *byte == b'"')
        {
            if rest[place] == self.separator {
                self.rest = Some(&rest[..place]);
                return Some(&rest[place + 1..]);
            }
            let Some(opening) = opening(&rest[..place]) else { break };
            end = opening;
        }
        Some(rest)
    }
}

/// Where the quoted string begins that ends right behind these bytes. A quote within it has a backslash before it; the one at
/// its beginning has an equals sign.
fn opening(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    loop {
        let quote = bytes[..end].iter().rposition(|byte| *byte == b'"')?;
        if quote == 0 || bytes[quote - 1] != b'\\' {
            return Some(quote);
        }
        end = quote;
    }
}

//! What `Cache-Control` says (RFC 9111, 5.2.2), read strictly: of what is said twice or can't be read, the least counts.

#[cfg(test)]
mod tests;

use std::time::Duration;

use http::{HeaderMap, HeaderName, header};

/// What stands for infinity among seconds: 2^31 (RFC 9111, 1.2.2).
const MOST: u64 = 1 << 31;

/// What stands for an age that can't be read and may be long.
pub(super) const LONGEST: Duration = Duration::from_secs(MOST);

/// The directives of a reply that matter here. Others are ignored (5.2.3), among them `public`, `immutable` and
/// `must-understand`.
#[expect(clippy::struct_excessive_bools, reason = "each is a directive of its own")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Directives {
    /// 5.2.2.5
    pub(super) no_store: bool,
    /// 5.2.2.4. With names of headers it is taken for the whole reply.
    pub(super) no_cache: bool,
    /// 5.2.2.7. With names of headers it is taken for the whole reply.
    pub(super) private: bool,
    /// 5.2.2.2
    pub(super) must_revalidate: bool,
    /// 5.2.2.8, for shared caches.
    pub(super) proxy_revalidate: bool,
    /// 5.2.2.1
    pub(super) max_age: Option<Duration>,
    /// 5.2.2.10, for shared caches.
    pub(super) s_maxage: Option<Duration>,
    /// `stale-while-revalidate` (RFC 5861, 3).
    pub(super) while_revalidate: Option<Duration>,
    /// `stale-if-error` (RFC 5861, 4).
    pub(super) if_error: Option<Duration>,
}

impl Directives {
    /// Nothing where there is no such header. `Pragma` has the same form (5.4).
    ///
    /// Each line is read by itself, so that a quote which doesn't end can't hide what another line says.
    pub(super) fn of(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut lines = headers.get_all(name).iter().peekable();
        lines.peek()?;
        let mut directives = Self::default();
        for line in lines {
            let mut rest = line.as_bytes();
            while let Some((name, argument)) = next(&mut rest) {
                directives.add(name, argument);
            }
        }
        Some(directives)
    }

    fn add(&mut self, name: &[u8], argument: Option<&[u8]>) {
        let flags = [
            ("no-store", &mut self.no_store),
            ("no-cache", &mut self.no_cache),
            ("private", &mut self.private),
            ("must-revalidate", &mut self.must_revalidate),
            ("proxy-revalidate", &mut self.proxy_revalidate),
        ];
        for (known, flag) in flags {
            *flag |= name.eq_ignore_ascii_case(known.as_bytes());
        }
        let times = [
            ("max-age", &mut self.max_age),
            ("s-maxage", &mut self.s_maxage),
            ("stale-while-revalidate", &mut self.while_revalidate),
            ("stale-if-error", &mut self.if_error),
        ];
        for (known, time) in times {
            if name.eq_ignore_ascii_case(known.as_bytes()) {
                // What is no number is stale already (4.2.1).
                let said = argument.and_then(|text| seconds(unquoted(text))).unwrap_or_default();
                *time = Some(time.map_or(said, |earlier| earlier.min(said)));
            }
        }
    }
}

/// Whether `Pragma` asks what `Cache-Control: no-cache` does. Nothing where there is no such header (5.4).
pub(super) fn pragma(headers: &HeaderMap) -> Option<bool> {
    Directives::of(headers, &header::PRAGMA).map(|pragma| pragma.no_cache)
}

/// A number of seconds: digits only. More than 2^31 is 2^31 (1.2.2).
pub(super) fn seconds(text: &[u8]) -> Option<Duration> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |sum: u64, digit: &u8| (sum * 10 + u64::from(digit - b'0')).min(MOST);
    Some(Duration::from_secs(text.iter().fold(0, add)))
}

/// Takes the next directive off a line: its name, which ends where a token does, and what follows `=`.
fn next<'a>(line: &mut &'a [u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let text = line.trim_ascii_start();
    if text.is_empty() {
        return None;
    }
    let length = text.iter().take_while(|byte| is_token(**byte)).count();
    let (name, text) = text.split_at(length);
    let text = text.trim_ascii_start();
    let (argument, text) = match text.strip_prefix(b"=") {
        Some(text) => {
            let text = text.trim_ascii_start();
            let (argument, text) = at_comma(text, quoted(text));
            (Some(argument.trim_ascii_end()), text)
        }
        None => (None, at_comma(text, 0).1),
    };
    *line = text;
    Some((name, argument))
}

/// Parts a text at its first comma from there on, which belongs to neither part.
fn at_comma(text: &[u8], from: usize) -> (&[u8], &[u8]) {
    match text[from..].iter().position(|byte| *byte == b',') {
        Some(comma) => (&text[..from + comma], &text[from + comma + 1..]),
        None => (text, &[]),
    }
}

/// The length of the quoted string that a text begins with (RFC 9110, 5.6.4). 0 where it doesn't end, or ends in the middle of
/// something: its commas then part directives like others, so that it hides none.
fn quoted(text: &[u8]) -> usize {
    let Some(inside) = text.strip_prefix(b"\"") else { return 0 };
    let mut escaped = false;
    for (index, byte) in inside.iter().enumerate() {
        escaped = match byte {
            _ if escaped => false,
            b'"' => {
                let after = inside[index + 1..].trim_ascii_start();
                return if matches!(after.first(), None | Some(b',')) { index + 2 } else { 0 };
            }
            byte => *byte == b'\\',
        };
    }
    0
}

/// Numbers are read in quotes too (RFC 9111, 5.2).
fn unquoted(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text)
}

/// What names are made of (RFC 9110, 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

//! The entity tag of a payload, and whether a client names it in `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1.2).

use http::{HeaderValue, header::InvalidHeaderValue};
use xxhash_rust::xxh3::xxh3_128;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `W/"…"`, 128 bits of XXH3 over the payload: the same on every instance and after every restart. It is weak, since it names
/// the JSON and not the bytes on the wire, which a proxy may compress.
pub(super) struct EntityTag([u8; 36]);

impl EntityTag {
    pub(super) fn of(payload: &[u8]) -> Self {
        let mut text = *b"W/\"--------------------------------\"";
        for (byte, digits) in xxh3_128(payload).to_be_bytes().into_iter().zip(text[3..35].chunks_exact_mut(2))
        {
            digits.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        Self(text)
    }

    /// Whether the value of a line of `If-None-Match` names it, or is `*`. Compared as weak tags are: `W/` says nothing. What is
    /// no entity tag is passed over.
    pub(super) fn is_in(&self, line: &[u8]) -> bool {
        line.trim_ascii() == b"*" || opaque_tags(line).any(|opaque| opaque == &self.0[2..])
    }

    /// For the `ETag` header.
    pub(super) fn header(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        HeaderValue::from_bytes(&self.0)
    }
}

/// The tags of a list, in their quotes and without their `W/`. A comma may be part of a tag, so it is read and not split.
fn opaque_tags(mut list: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        loop {
            let start = list.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b','))?;
            let member = &list[start..];
            if let Some((opaque, rest)) = opaque_tag(member) {
                list = rest;
                return Some(opaque);
            }
            list = &member[member.iter().position(|byte| *byte == b',')?..];
        }
    })
}

/// The tag at the start of `text`, if it is all of its member of the list, and what comes after it.
fn opaque_tag(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"W/").unwrap_or(text);
    let inner = text.strip_prefix(b"\"")?;
    let length = inner.iter().position(|byte| !matches!(byte, 0x21 | 0x23..=0x7e | 0x80..))?;
    if inner[length] != b'"' {
        return None;
    }
    let (opaque, rest) = text.split_at(length + 2);
    matches!(rest.trim_ascii_start().first(), None | Some(b',')).then_some((opaque, rest))
}

#[cfg(test)]
mod tests;

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
        let hash = xxh3_128(payload).to_be_bytes();
        for (digits, byte) in text[3..35].chunks_exact_mut(2).zip(hash) {
            digits.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        Self(text)
    }

    /// Whether the value of a line of `If-None-Match` names it, or is `*`. Compared as weak tags are: `W/` says nothing. What is
    /// no entity tag is passed over.
    pub(super) fn is_in(&self, line: &[u8]) -> bool {
        // Other tags may have commas in them. What they are split into has one quote at most, and so is never this one.
        let mut members = line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        line.trim_ascii() == b"*"
            || members.any(|member| member.strip_prefix(b"W/").unwrap_or(member) == self.opaque())
    }

    /// In its quotes, without its `W/`.
    fn opaque(&self) -> &[u8] {
        &self.0[2..]
    }

    /// For the `ETag` header.
    pub(super) fn header(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        HeaderValue::from_bytes(&self.0)
    }
}

#[cfg(test)]
mod tests;

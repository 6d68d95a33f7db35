//! Ids as lower-case hex of a fixed width.

/// None unless the text is exactly so long, lower-case hex.
pub(super) fn read(text: &str, digits: usize) -> Option<u128> {
    let lower_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() == digits && lower_hex { u128::from_str_radix(text, 16).ok() } else { None }
}

/// An id of 64 bits that is not zero.
pub(super) fn read_span(text: &str) -> Option<u64> {
    let span = u64::try_from(read(text, 16)?).ok()?;
    (span != 0).then_some(span)
}

/// Fills all of `out`.
pub(super) fn write(out: &mut [u8], mut value: u128) {
    for digit in out.iter_mut().rev() {
        *digit = b"0123456789abcdef"[usize::from(value.to_le_bytes()[0] & 0xf)];
        value >>= 4;
    }
}

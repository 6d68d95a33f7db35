//! JSON objects, written field by field into a buffer that is used again and again.
//!
//! serde would do it too, at several times the price. What may be written is a [`Field`] of the catalogue, so that no line has
//! another one.

use std::time::Duration;

use super::catalogue::{Field, Kind};

/// An object that is being written.
pub(super) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    pub(super) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }

    /// Begins a field whose value its writer knows.
    pub(super) fn field(&mut self, field: &Field) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(super) fn text(&mut self, field: &Field, text: &str) {
        debug_assert!(matches!(field.kind, Kind::Text | Kind::Word(_)), "{field:?}");
        string(self.field(field), text);
    }

    /// Words of the catalogue, which need no escaping.
    pub(super) fn words(&mut self, field: &Field, words: impl Iterator<Item = &'static str>) {
        debug_assert!(matches!(field.kind, Kind::Words(_)), "{field:?}");
        let out = self.field(field);
        let mut before = b'[';
        for word in words {
            out.extend_from_slice(&[before, b'"']);
            out.extend_from_slice(word.as_bytes());
            out.push(b'"');
            before = b',';
        }
        out.push(b']');
    }

    pub(super) fn count(&mut self, field: &Field, number: u64) {
        debug_assert!(matches!(field.kind, Kind::Count), "{field:?}");
        let out = self.field(field);
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    pub(super) fn flag(&mut self, field: &Field, flag: bool) {
        debug_assert!(matches!(field.kind, Kind::Flag), "{field:?}");
        self.field(field).extend_from_slice(if flag { b"true" } else { b"false" });
    }

    pub(super) fn milliseconds(&mut self, field: &Field, time: Duration) {
        debug_assert!(matches!(field.kind, Kind::Milliseconds), "{field:?}");
        milliseconds(self.field(field), time);
    }

    pub(super) fn hex(&mut self, field: &Field, digits: &[u8]) {
        debug_assert!(matches!(field.kind, Kind::Hex(count) if count == digits.len()), "{field:?}");
        let out = self.field(field);
        out.push(b'"');
        out.extend_from_slice(digits);
        out.push(b'"');
    }
}

/// Milliseconds with three digits after the point.
pub(super) fn milliseconds(out: &mut Vec<u8>, time: Duration) {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    out.extend_from_slice(itoa::Buffer::new().format(micros / 1000).as_bytes());
    // A one before the digits keeps their zeros.
    let fraction = 1000 + micros % 1000;
    out.push(b'.');
    out.extend_from_slice(&itoa::Buffer::new().format(fraction).as_bytes()[1..]);
}

/// A string of JSON: nothing in it ends the string or the line, and no terminal obeys it.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(out, text);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// As much of a text as a line may have.
pub(super) fn cut(text: &str) -> &str {
    const MOST: usize = 500;
    &text[..text.floor_char_boundary(MOST)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::telemetry::log::catalogue;

    proptest! {
        #[test]
        fn whatever_the_text_is_the_object_is_one_line_and_says_it(text in any::<String>(), micros in any::<u32>()) {
            let mut out = Vec::new();
            let mut object = Object::begin(&mut out);
            object.text(&catalogue::REASON, &text);
            object.milliseconds(&catalogue::DURATION, Duration::from_micros(u64::from(micros)));
            object.end();
            prop_assert!(!out.iter().any(|byte| *byte < b' '));
            let read: Value = serde_json::from_slice(&out).expect("JSON");
            prop_assert_eq!(&read["reason"], &text);
            prop_assert_eq!(&read["duration_ms"], f64::from(micros) / 1000.0);
        }

        #[test]
        fn what_is_cut_is_its_beginning(text in ".{0,700}") {
            let cut = cut(&text);
            prop_assert!(text.starts_with(cut) && cut.len() <= 500);
            prop_assert!(cut.len() > 496 || cut.len() == text.len());
        }
    }
}

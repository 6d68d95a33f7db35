//! Bytes that are no key set, or too much of one.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::key_set::{BadSet, KeySet, MAX_SET_BYTES},
    ec, set_of, with,
};
use crate::config::Algorithm;

fn read(text: &str) -> Result<usize, BadSet> {
    KeySet::read(text.as_bytes(), Algorithm::Es256).map(|read| read.set.keys().count())
}

#[test]
fn what_is_no_set_is_refused() {
    let key = ec().to_string();
    let [x, y] = ["x", "y"].map(|name| ec()[name].to_string());
    assert_eq!(read(&format!(r#"{{"keys":[{key}]}}"#)), Ok(1), "positive control");
    for (text, fault) in [
        ("", BadSet::NotJson),
        ("null", BadSet::NotJson),
        ("[]", BadSet::NotJson),
        ("<html>", BadSet::NotJson),
        ("{}", BadSet::NoKeys),
        (r#"{"keys":null}"#, BadSet::NoKeys),
        (r#"{"keys":{}}"#, BadSet::NoKeys),
        (r#"{"keys":[]}"#, BadSet::NoUsableKey),
        (r#"{"keys":[7]}"#, BadSet::NotJson),
        (&key, BadSet::NoKeys),
        (&format!(r#"{{"keys":[{key}]"#), BadSet::NotJson),
        (&format!(r#"{{"keys":[{key}]}}{{}}"#), BadSet::NotJson),
        (&format!(r#"{{"keys":[],"keys":[{key}]}}"#), BadSet::NotJson),
        (&format!(r#"{{"keys":[],"k\u0065ys":[{key}]}}"#), BadSet::NotJson),
        (&format!(r#"{{"keys":[{{"kty":"EC","crv":"P-256","x":{x},"x":{x},"y":{y}}}]}}"#), BadSet::NotJson),
        (&format!(r#"{{"keys":[{key}],"x":{}1{}}}"#, "[".repeat(16), "]".repeat(16)), BadSet::NotJson),
    ] {
        assert_eq!(read(text), Err(fault), "{text}");
    }
    let mut not_utf8 = set_of(&[ec()]);
    not_utf8.extend(b" \xff");
    assert_eq!(KeySet::read(&not_utf8, Algorithm::Es256).err(), Some(BadSet::NotJson));
}

#[test]
fn a_set_has_64_keys_and_256_kibibytes_at_most() {
    let key = ec();
    let keys = |count: usize| -> Vec<Value> {
        (0..count).map(|number| with(&key, "kid", json!(number.to_string()))).collect()
    };
    let of_keys = |count| KeySet::read(&set_of(&keys(count)), Algorithm::Es256).map(drop).err();
    assert_eq!((of_keys(64), of_keys(65)), (None, Some(BadSet::TooManyKeys)));
    let mut text = String::from_utf8(set_of(&keys(1))).unwrap();
    text.push_str(&" ".repeat(MAX_SET_BYTES - text.len()));
    assert_eq!(read(&text), Ok(1));
    text.push(' ');
    assert_eq!(read(&text), Err(BadSet::TooLarge));
}

proptest! {
    #[test]
    fn any_bytes_are_a_set_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(KeySet::read(&bytes, Algorithm::Es256).is_err());
    }

    /// No set that was changed by one byte gains a key, and none panics.
    #[test]
    fn a_spoilt_set_gains_nothing(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = set_of(&[with(&ec(), "kid", json!("a"))]);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(read) = KeySet::read(&bytes, Algorithm::Es256) {
            prop_assert_eq!(read.set.keys().count(), 1);
        }
    }
}

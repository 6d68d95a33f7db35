//! An entry's bytes: what is written is read, and nothing else is.

use proptest::prelude::*;

use super::*;
use crate::call::cache::shared::{
    scripts::VERSION,
    sheet::{decode, encode},
};

const MAX: usize = 1 << 20;

fn header() -> impl Strategy<Value = Option<HeaderValue>> {
    let value = prop::collection::vec(prop_oneof![32_u8..127, 128_u8..=255], 0..40);
    prop::option::of(value.prop_map(|bytes| HeaderValue::from_bytes(&bytes).expect("these are allowed")))
}

fn body() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(any::<u8>(), 1000..3000),
        (any::<u8>(), 0_usize..100_000).prop_map(|(byte, count)| vec![byte; count]),
    ]
    .prop_map(Bytes::from)
}

prop_compose! {
    fn sheets()(
        body in body(), (json, negative) in any::<(bool, bool)>(), etag in header(), last_modified in header(),
        times in any::<[u32; 3]>(),
    ) -> Sheet {
        let [fresh_for, while_revalidate, if_error] = times.map(|time| Duration::from_millis(time.into()));
        Sheet { body, json, etag, last_modified, age: Duration::ZERO, fresh_for, while_revalidate, if_error, negative }
    }
}

fn keys() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let versions = (1_usize..=8).prop_flat_map(|count| prop::collection::vec(any::<u8>(), count * VERSION));
    (prop::collection::vec(any::<u8>(), 0..300), versions)
}

proptest! {
    #[test]
    fn what_is_written_is_read(sheet in sheets(), (key, versions) in keys()) {
        let entry = encode(&key, &versions, &sheet).expect("it fits");
        prop_assert_eq!(decode(entry, &key, &versions, MAX), Some(sheet));
    }

    /// Nor does any of them panic. A byte of a body that is not packed is the body's own matter.
    #[test]
    fn one_changed_byte_is_no_other_reply_of_this_call(
        sheet in sheets(), (key, versions) in keys(), place in any::<prop::sample::Index>(), change in 1_u8..,
    ) {
        let mut entry = encode(&key, &versions, &sheet).expect("it fits");
        let head = 3 + versions.len() + 2 + key.len();
        let place = place.index(entry.len());
        entry[place] ^= change;
        let read = decode(entry, &key, &versions, MAX);
        if place < head && place != 1 {
            prop_assert_eq!(read, None);
        } else if let Some(read) = read {
            prop_assert!(read.body.len() <= MAX);
        }
    }

    #[test]
    fn what_is_cut_is_not_read(sheet in sheets(), (key, versions) in keys(), end in any::<prop::sample::Index>()) {
        let entry = encode(&key, &versions, &sheet).expect("it fits");
        let end = end.index(entry.len());
        prop_assert_eq!(decode(entry[..end].to_vec(), &key, &versions, MAX), None);
    }

    #[test]
    fn another_call_or_version_is_not_read(sheet in sheets(), one in keys(), other in keys()) {
        prop_assume!(one != other);
        let entry = encode(&one.0, &one.1, &sheet).expect("it fits");
        prop_assert_eq!(decode(entry, &other.0, &other.1, MAX), None);
    }

    #[test]
    fn noise_is_not_read(mut noise in prop::collection::vec(any::<u8>(), 0..400), (key, versions) in keys()) {
        let _ = decode(noise.clone(), &key, &versions, MAX);
        // With a beginning that is right, so that the rest of the parser is reached.
        let mut entry = vec![1, 0, u8::try_from(versions.len() / VERSION).expect("8 at most")];
        entry.extend_from_slice(&versions);
        entry.extend(u16::try_from(key.len()).expect("short").to_be_bytes());
        entry.extend_from_slice(&key);
        entry[1] = noise.pop().unwrap_or_default();
        entry.append(&mut noise);
        if let Some(read) = decode(entry, &key, &versions, MAX) {
            prop_assert!(read.body.len() <= MAX);
        }
    }

    /// Nothing is fresh for longer than it was said to be, whatever Redis says.
    #[test]
    fn an_age_is_what_is_not_left(sheet in sheets(), left in any::<i64>()) {
        let lifetime = i64::try_from(sheet.lifetime().as_millis()).expect("weeks");
        match sheet.with_time_left(left) {
            Some(sheet) => {
                let age = i64::try_from(sheet.age.as_millis()).expect("weeks");
                prop_assert!(left > 0 && age == (lifetime - left).max(0) && left <= lifetime + 500);
            }
            None => prop_assert!(left <= 0 || left > lifetime + 500),
        }
    }
}

#[test]
fn what_is_longer_than_a_sheet_can_say_is_not_written() {
    let long =
        Sheet { etag: Some(HeaderValue::from_bytes(&vec![b'x'; 70_000]).expect("it is one")), ..sheet("") };
    assert_eq!(encode(b"key", &[0; VERSION], &long), None);
    assert_eq!(encode(&vec![0; 70_000], &[0; VERSION], &sheet("")), None);
    let ages = Sheet { fresh_for: Duration::MAX, if_error: Duration::MAX, ..sheet("") };
    assert_eq!(ages.lifetime(), 2 * Duration::from_millis(u32::MAX.into()));
}

#[test]
fn an_entry_announces_its_length_before_anything_is_unpacked() {
    let entry = encode(b"key", &[0; VERSION], &sheet(&"x".repeat(5000))).expect("it fits");
    assert!(decode(entry.clone(), b"key", &[0; VERSION], 5000).is_some());
    assert_eq!(decode(entry, b"key", &[0; VERSION], 4999), None);
}

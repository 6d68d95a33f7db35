//! The form of a key: whatever is made is accepted, and whatever is mistyped is refused by its checksum.

use proptest::prelude::*;

use super::{DIGITS, RANDOM, check, generate};
use crate::{
    auth::ApiKeyError,
    config::KeyEnvironment::{self, Live, Test},
};

/// A key that was made once, so that the form can't change unnoticed: it would end every key that partners have.
const KEY: &str = "bff_live_0123456789ABCDEFGHIJabcdefghij012345_1v48GR";

fn new(prefix: &str, environment: KeyEnvironment) -> String {
    generate(prefix, environment).expect("the system has random numbers")
}

/// Every text that differs from `key` in one character, and every one in which two neighbours are swapped.
pub(in crate::auth) fn slips(key: &str) -> Vec<String> {
    let characters: Vec<char> = key.chars().collect();
    let others = DIGITS.iter().map(|&digit| char::from(digit)).chain(['_', '-', ' ', 'é']);
    let changed = (0..characters.len()).flat_map(|at| others.clone().map(move |other| (at, other)));
    let changed = changed.map(|(at, other)| {
        let mut slip = characters.clone();
        slip[at] = other;
        slip
    });
    let swapped = (1..characters.len()).map(|at| {
        let mut slip = characters.clone();
        slip.swap(at - 1, at);
        slip
    });
    let slips = changed.chain(swapped).map(String::from_iter);
    slips.filter(|slip| slip != key).collect()
}

#[test]
fn a_known_key_keeps_its_form() {
    assert_eq!(check(KEY, "bff", Live), Ok(()));
}

#[test]
fn a_key_is_accepted_where_it_was_made_for_and_nowhere_else() {
    let key = new("acme2", Test);
    assert_eq!(key.len(), "acme2_test__".len() + RANDOM + 6);
    assert_eq!(check(&key, "acme2", Test), Ok(()));
    assert_eq!(check(&key, "acme2", Live), Err(ApiKeyError::OtherEnvironment));
    assert_eq!(check(&key, "acme", Test), Err(ApiKeyError::OtherPrefix));
    assert_eq!(check(&key, "bff", Live), Err(ApiKeyError::OtherPrefix));
}

#[test]
fn what_is_no_key_is_malformed() {
    let long = format!("{KEY}0");
    let other_part = KEY.replace("live", "live_live");
    let cases = [
        "",
        "_",
        "___",
        "bff_live__",
        "bff",
        "bff_live",
        &KEY[1..],
        &KEY[..51],
        &long,
        &other_part,
        "Bearer x",
    ];
    for text in cases {
        let refused = check(text, "bff", Live);
        let is_slip = matches!(refused, Err(ApiKeyError::Malformed | ApiKeyError::Mistyped));
        assert!(is_slip, "{text:?}: {refused:?}");
    }
    assert_eq!(check(&"_".repeat(1 << 20), "bff", Live), Err(ApiKeyError::Malformed));
}

/// A generator that repeats itself or leaves out digits would be seen here.
#[test]
fn no_two_keys_are_the_same_and_all_digits_occur() {
    let keys: std::collections::BTreeSet<_> = (0..1000).map(|_| new("bff", Live)).collect();
    assert_eq!(keys.len(), 1000);
    for digit in DIGITS.map(char::from) {
        let count = keys.iter().flat_map(|key| key[9..9 + RANDOM].chars()).filter(|&c| c == digit).count();
        // 36,000 characters, of which each digit has 580 give or take 24: eleven of those off is no chance.
        assert!((320..840).contains(&count), "{digit}: {count}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_new_key_is_accepted(prefix in "[a-z][a-z0-9]{0,15}", live: bool) {
        let environment = if live { Live } else { Test };
        prop_assert_eq!(check(&new(&prefix, environment), &prefix, environment), Ok(()));
    }

    #[test]
    fn no_slip_of_the_hand_is_a_key(prefix in "[a-z][a-z0-9]{0,15}") {
        let key = new(&prefix, Live);
        for slip in slips(&key) {
            prop_assert!(
                matches!(check(&slip, &prefix, Live), Err(ApiKeyError::Malformed | ApiKeyError::Mistyped)),
                "{} for {}", slip, key
            );
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        prop_assert!(check(&text, "bff", Live).is_err());
    }
}

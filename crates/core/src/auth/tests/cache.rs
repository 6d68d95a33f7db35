//! Tokens that are remembered: byte by byte the same, until they expire, and only good ones.

use std::{collections::BTreeMap, sync::Arc};

use super::{LEEWAY, NOW, signing::ISSUERS};
use crate::{
    auth::{TokenError, Verifier},
    config::AuthConfig,
};

#[test]
fn no_byte_of_a_remembered_token_can_be_changed() {
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let good = issuer.good_token();
        let first = verifier.verify_at(&good, NOW).unwrap();
        for position in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(verifier.verify_at(&changed, NOW).is_err(), "{} byte {position}", issuer.alg);
        }
        // base64 has spare bits in a last character: they must not make a second token of one signature.
        let (rest, last) = good.split_at(good.len() - 1);
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
            let same = other.to_string() == last;
            assert_eq!(
                verifier.verify_at(&format!("{rest}{other}"), NOW).is_ok(),
                same,
                "{} ends in {other}",
                issuer.alg
            );
        }
        assert!(Arc::ptr_eq(&first, &verifier.verify_at(&good, NOW).unwrap()), "the good one is remembered");
    }
}

#[test]
fn a_remembered_token_expires_all_the_same() {
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let token = issuer.good_token();
        let first = verifier.verify_at(&token, NOW).unwrap();
        let last = verifier.verify_at(&token, NOW + 600 + LEEWAY - 1).unwrap();
        assert!(Arc::ptr_eq(&first, &last), "remembered until the last second");
        for later in [NOW + 600 + LEEWAY, NOW + 100_000, u64::MAX] {
            assert_eq!(verifier.verify_at(&token, later).err(), Some(TokenError::Expired), "at {later}");
        }
    }
}

#[test]
fn a_refusal_is_not_remembered() {
    let issuer = &ISSUERS[0];
    let verifier = issuer.verifier();
    let token = issuer.good_token();
    assert_eq!(verifier.verify_at(&token, NOW - 10_000).err(), Some(TokenError::NotYetValid));
    assert!(verifier.verify_at(&token, NOW).is_ok());
}

#[test]
fn a_cache_of_no_places_is_no_cache() {
    let issuer = &ISSUERS[0];
    let issuers = BTreeMap::from([("main".to_owned(), issuer.config.clone())]);
    let verifier = Verifier::new(&AuthConfig { token_cache: 0, issuers, ..AuthConfig::default() }).unwrap();
    for _ in 0..3 {
        assert!(verifier.verify_at(&issuer.good_token(), NOW).is_ok());
    }
}

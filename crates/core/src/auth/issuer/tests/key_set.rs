//! Which keys of a set are used: those that can only mean that.

use std::slice;

use rcgen::KeyPair;
use serde_json::{Value, json};

use super::{
    super::{
        jwk::Skipped,
        key_set::{BadSet, KeySet},
    },
    ec, ed, jwk, rsa, set_of, used, with,
};
use crate::config::Algorithm;

fn each() -> [(Algorithm, Value); 3] {
    [(Algorithm::Rs256, rsa()), (Algorithm::Es256, ec()), (Algorithm::EdDsa, ed())]
}

#[test]
fn a_key_of_each_kind_is_used_by_its_own_algorithm_alone() {
    let all: Vec<_> =
        each().into_iter().map(|(algorithm, key)| with(&key, "kid", json!(algorithm.as_str()))).collect();
    for (algorithm, _) in each() {
        assert_eq!(used(&all, algorithm), Ok(vec![Some(algorithm.as_str().to_owned())]));
    }
    assert_eq!(used(&all, Algorithm::Hs256), Err(BadSet::NoUsableKey), "a set is public");
}

#[test]
fn a_key_says_what_it_is_for() {
    for (algorithm, key) in each() {
        let good = [
            ("use", json!("sig")),
            ("key_ops", json!(["verify"])),
            ("key_ops", json!(["sign", "verify"])),
            ("alg", json!(algorithm.as_str())),
            ("kid", json!("k".repeat(256))),
            ("x5c", json!(["AA=="])),
            ("anything", json!({"nested": [1, 2]})),
        ];
        for (name, value) in good {
            assert!(used(&[with(&key, name, value.clone())], algorithm).is_ok(), "{name} {value}");
        }
        let bad = [
            ("use", json!("enc")),
            ("use", json!("SIG")),
            ("use", json!(["sig"])),
            ("key_ops", json!([])),
            ("key_ops", json!(["sign"])),
            ("key_ops", json!("verify")),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!(algorithm.as_str().to_lowercase())),
            ("kty", json!("oct")),
            ("kty", json!(null)),
            ("kid", json!(7)),
            ("kid", json!("k".repeat(257))),
        ];
        for (name, value) in bad {
            let key = with(&key, name, value.clone());
            assert_eq!(used(&[key], algorithm), Err(BadSet::NoUsableKey), "{name} {value}");
        }
    }
}

#[test]
fn a_key_that_can_sign_is_not_used_and_its_value_is_not_told() {
    for (algorithm, key) in each() {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let leaked = with(&with(&key, "kid", json!("leaked")), name, json!("c2VjcmV0"));
            let good = with(&key, "kid", json!("good"));
            let read = KeySet::read(&set_of(&[leaked, good]), algorithm).unwrap();
            assert_eq!(read.skipped, [(0, Skipped::Secret)], "{name}");
            assert!(read.set.find(Some("leaked")).is_none() && read.set.find(Some("good")).is_some());
            assert!(!format!("{read:?}").contains("c2VjcmV0"));
        }
    }
}

#[test]
fn a_key_that_no_signature_fits_is_not_used() {
    let (rsa, ec, ed) = (rsa(), ec(), ed());
    let small = json!({"kty": "RSA", "e": "AQAB", "n": "vaNuBctRhZgoU54QRYpYX5FVL2IJe2f6H_GKuxmAAHl-r_NCRxIF6aZYU3opeFLXXJTMlhSiaHh2etrjUSTh_rEZLENKDD_Tp3f18WZ5sCF03StS4uC5gVhD_6kCeturu0gTNb7CUK81KXyPrfTvqEFDSIPsUlMyS0FJFx1ft30"});
    let point = |x: &str, y: &str| with(&with(&ec, "x", json!(x)), "y", json!(y));
    let (x, y) = (ec["x"].as_str().unwrap(), ec["y"].as_str().unwrap());
    let zero = "A".repeat(43);
    let x_and_y = [x, y].map(bytes).concat();
    assert_eq!(point(&base64url(&x_and_y[..32]), &base64url(&x_and_y[32..])), ec);
    let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let p384 = jwk(&p384, Algorithm::Es256);
    let cases = [
        ("an RSA key of 1024 bits", Algorithm::Rs256, small),
        ("an even modulus", Algorithm::Rs256, with(&rsa, "n", json!(even(&rsa["n"])))),
        ("the exponent 1", Algorithm::Rs256, with(&rsa, "e", json!("AQ"))),
        ("the exponent 2", Algorithm::Rs256, with(&rsa, "e", json!("Ag"))),
        ("an even exponent", Algorithm::Rs256, with(&rsa, "e", json!("AQAC"))),
        ("no exponent", Algorithm::Rs256, with(&rsa, "e", json!(""))),
        ("an exponent with a leading zero", Algorithm::Rs256, with(&rsa, "e", json!("AAEAAQ"))),
        ("padding", Algorithm::Rs256, with(&rsa, "e", json!("AQAB="))),
        (
            "the other alphabet",
            Algorithm::Rs256,
            with(&rsa, "n", json!(format!("+/{}", rsa["n"].as_str().unwrap()))),
        ),
        ("another curve", Algorithm::Es256, with(&ec, "crv", json!("P-384"))),
        ("a key on another curve", Algorithm::Es256, p384.clone()),
        ("a key on another curve by our name", Algorithm::Es256, with(&p384, "crv", json!("P-256"))),
        ("no curve", Algorithm::Es256, with(&ec, "crv", json!(null))),
        ("a point off the curve", Algorithm::Es256, point(x, x)),
        ("the origin", Algorithm::Es256, point(&zero, &zero)),
        (
            "coordinates of another split",
            Algorithm::Es256,
            point(&base64url(&x_and_y[..31]), &base64url(&x_and_y[31..])),
        ),
        ("one coordinate", Algorithm::Es256, with(&ec, "y", json!(null))),
        ("X25519", Algorithm::EdDsa, with(&ed, "crv", json!("X25519"))),
        ("Ed448", Algorithm::EdDsa, with(&ed, "crv", json!("Ed448"))),
        ("31 bytes", Algorithm::EdDsa, with(&ed, "x", json!(zero[..42]))),
        ("a number", Algorithm::EdDsa, with(&ed, "x", json!(7))),
    ];
    for (algorithm, key) in [(Algorithm::Rs256, &rsa), (Algorithm::Es256, &ec), (Algorithm::EdDsa, &ed)] {
        assert!(used(slice::from_ref(key), algorithm).is_ok(), "positive control");
    }
    for (name, algorithm, key) in cases {
        assert_eq!(used(&[key], algorithm), Err(BadSet::NoUsableKey), "{name}");
    }
}

fn base64url(bytes: &[u8]) -> String {
    let key = jsonwebtoken::DecodingKey::from_secret(bytes);
    let jwk = jsonwebtoken::jwk::Jwk::from_decoding_key(&key, None).unwrap();
    serde_json::to_value(jwk).unwrap()["k"].as_str().unwrap().to_owned()
}

fn bytes(base64url: &str) -> Vec<u8> {
    let key = jsonwebtoken::DecodingKey::from_ed_components(base64url).unwrap();
    key.try_get_as_bytes().unwrap().to_vec()
}

/// The number less its lowest bit: every RSA modulus is odd.
fn even(number: &Value) -> String {
    let text = number.as_str().unwrap();
    assert_eq!(text.len(), 342, "2048 bits: the last character has two bits of the number");
    // Of the last character, two bits are the number's and the rest are zero: 0b010000 and 0b110000 are odd.
    let (rest, last) = text.split_at(text.len() - 1);
    format!(
        "{rest}{}",
        match last {
            "Q" => "A",
            "w" => "g",
            other => panic!("{other} is of no odd number"),
        }
    )
}

#[test]
fn a_key_on_its_own_needs_no_name_and_several_do() {
    let keys = |names: &[Option<&str>]| -> Vec<Value> {
        names.iter().map(|name| name.map_or_else(ec, |name| with(&ec(), "kid", json!(name)))).collect()
    };
    let find = |names: &[Option<&str>], kid: Option<&str>| {
        KeySet::read(&set_of(&keys(names)), Algorithm::Es256).map(|read| read.set.find(kid).is_some())
    };
    assert_eq!(find(&[None], None), Ok(true));
    assert_eq!(find(&[Some("a")], None), Ok(true));
    assert_eq!(find(&[Some("a")], Some("a")), Ok(true));
    assert_eq!(find(&[Some("a")], Some("A")), Ok(false));
    assert_eq!(find(&[None], Some("a")), Ok(false));
    assert_eq!(find(&[Some("a"), Some("b")], None), Ok(false));
    assert_eq!(find(&[Some("a"), None], None), Ok(false));
    assert_eq!(find(&[Some("a"), None], Some("a")), Ok(true));
    assert_eq!(find(&[None, None], None), Err(BadSet::NoUsableKey));
    // A key that is not used counts for nothing.
    let others = [with(&ec(), "use", json!("enc")), rsa(), ec()];
    assert!(KeySet::read(&set_of(&others), Algorithm::Es256).unwrap().set.find(None).is_some());
}

#[test]
fn one_name_for_two_keys_is_no_name() {
    let named = |key: Value| with(&key, "kid", json!("a"));
    assert_eq!(used(&[named(ec()), named(ec())], Algorithm::Es256), Err(BadSet::Ambiguous));
    let one = named(ec());
    assert_eq!(used(&[one.clone(), one], Algorithm::Es256), Err(BadSet::Ambiguous), "even for one key twice");
    // RFC 7517 section 4.5: keys of different kinds may share one.
    assert_eq!(used(&[named(rsa()), named(ec())], Algorithm::Es256), Ok(vec![Some("a".to_owned())]));
}

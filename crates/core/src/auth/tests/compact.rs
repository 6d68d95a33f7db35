//! The text of a token (RFC 7515 section 7.1): three parts, nothing around them, and 8 KiB at most.

use serde_json::json;

use super::{
    NOW, refused,
    signing::{ISSUERS, with},
};
use crate::auth::{MAX_TOKEN_BYTES, TokenError};

#[test]
fn a_token_has_three_parts_and_nothing_around_them() {
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let good = issuer.good_token();
        let parts: Vec<&str> = good.split('.').collect();
        let [header, payload, signature] = parts[..] else { panic!("three parts") };
        for token in [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            format!("{header}.{payload}"),
            format!("{header}.{payload}.{signature}."),
            format!(".{good}"),
            format!("{good}.{signature}"),
            format!("{header}..{payload}.{signature}"),
            format!("{header}..{signature}"),
            format!(".{payload}.{signature}"),
            format!("{good}="),
            format!("{good}=="),
            format!("{header}=.{payload}.{signature}"),
            format!("{header}.{payload}=.{signature}"),
            format!(" {good}"),
            format!("{good} "),
            format!("{good}\n"),
            format!("{header}.{payload}\t.{signature}"),
            format!("{header}.bm90IGpzb24.{signature}"),
            good.replace('.', ","),
            format!("{header}.{payload}.ü"),
        ] {
            assert_eq!(refused(issuer, &verifier, &token), TokenError::Malformed, "{token:?}");
        }
        assert_eq!(refused(issuer, &verifier, &format!("{header}.{payload}.")), TokenError::BadSignature);
    }
}

#[test]
fn eight_kibibytes_are_enough() {
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let of_filler =
            |bytes: usize| issuer.token(&with(&issuer.claims(), "x", Some(json!("x".repeat(bytes)))));
        let spare = MAX_TOKEN_BYTES - of_filler(0).len();
        // Three bytes of text are four of base64, so the largest token is near, not at, the limit.
        let room = spare / 4 * 3;
        let sizes = (room - 3..room + 3).map(of_filler).filter(|token| token.len() <= MAX_TOKEN_BYTES);
        let largest = sizes.max_by_key(String::len).unwrap();
        assert!(largest.len() > MAX_TOKEN_BYTES - 4 && verifier.verify_at(&largest, NOW).is_ok());
        for bytes in [room + 3, 9 << 10] {
            assert_eq!(refused(issuer, &verifier, &of_filler(bytes)), TokenError::TooLarge);
        }
    }
}

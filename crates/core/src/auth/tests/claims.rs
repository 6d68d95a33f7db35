//! The claims: of their type, once, and fit for a header, or the token is refused.

use serde_json::{Value, json, value::RawValue};

use super::{
    NOW, refused,
    signing::{ISSUERS, with},
};
use crate::auth::TokenError;

#[test]
fn a_claim_of_the_wrong_type_is_not_an_absent_one() {
    let nothing = || [json!(null), json!({"a": 1}), json!(true), json!([[]])];
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let claims = issuer.claims();
        let cases: [(&'static str, Vec<Value>); 12] = [
            ("iss", vec![json!(7), json!([issuer.config.issuer]), json!([])]),
            ("sub", vec![json!(7), json!(["user-1"]), json!(""), json!("a b"), json!("Zoë"), json!("a\nb")]),
            ("aud", vec![json!(7), json!(["bff", 7]), json!(["bff", null]), json!({"bff": "bff"})]),
            (
                "exp",
                vec![
                    json!((NOW + 600).to_string()),
                    json!([NOW + 600]),
                    json!(-1),
                    json!((NOW + 600) * 1000),
                ],
            ),
            ("nbf", vec![json!(NOW.to_string()), json!([NOW]), json!(-1), json!(1e300)]),
            ("iat", vec![json!(NOW.to_string()), json!([NOW]), json!(-1)]),
            (
                "roles",
                vec![json!("admin"), json!([7]), json!([null]), json!([["admin"]]), json!({"admin": true})],
            ),
            (
                "scope",
                vec![
                    json!(["orders:read"]),
                    json!(7),
                    json!("a  b"),
                    json!(" a"),
                    json!("a\tb"),
                    json!("\""),
                ],
            ),
            ("scp", vec![json!(["orders:read"]), json!("orders:read")]),
            ("jti", vec![json!(7), json!(["id"])]),
            ("sid", vec![json!(7), json!(["id"])]),
            ("account", vec![json!(7), json!(["acme"]), json!(""), json!("a b"), json!("a".repeat(257))]),
        ];
        for (name, values) in cases {
            for value in nothing().into_iter().chain(values) {
                let token = issuer.token(&with(&claims, name, Some(value.clone())));
                assert_eq!(refused(issuer, &verifier, &token), TokenError::BadClaim(name), "{name} {value}");
            }
        }
        for name in ["iss", "sub", "aud", "exp"] {
            let token = issuer.token(&with(&claims, name, None));
            assert_eq!(refused(issuer, &verifier, &token), TokenError::BadClaim(name), "{name} absent");
        }
        for aud in [json!("other"), json!([]), json!(["other", "BFF"]), json!(""), json!("bff ")] {
            let token = issuer.token(&with(&claims, "aud", Some(aud.clone())));
            assert_eq!(refused(issuer, &verifier, &token), TokenError::WrongAudience, "aud {aud}");
        }
        let text = claims.to_string();
        for number in ["1e400", "NaN", "0x7fffffff", "+1", "01"] {
            let Ok(raw) = RawValue::from_string(text.replace(&(NOW + 600).to_string(), number)) else {
                continue;
            };
            let token = issuer.sign(&issuer.header().to_string(), raw.get());
            assert_eq!(refused(issuer, &verifier, &token), TokenError::BadClaim("exp"), "exp {number}");
        }
    }
}

#[test]
fn what_may_be_absent_may_and_unknown_claims_are_ignored() {
    let issuer = &ISSUERS[0];
    let verifier = issuer.verifier();
    for name in ["nbf", "iat", "roles", "scope", "account", "jti", "sid"] {
        assert!(
            verifier.verify_at(&issuer.token(&with(&issuer.claims(), name, None)), NOW).is_ok(),
            "{name} absent"
        );
    }
    for (name, value) in [
        ("aud", json!(["other", "bff"])),
        ("exp", json!(1_800_000_600.9)),
        ("scope", json!("")),
        ("roles", json!([])),
        ("profile", json!({"anything": [null]})),
        ("sub", json!("a".repeat(256))),
    ] {
        assert!(
            verifier.verify_at(&issuer.token(&with(&issuer.claims(), name, Some(value))), NOW).is_ok(),
            "{name}"
        );
    }
    let array = with(&with(&issuer.claims(), "scope", None), "scp", Some(json!(["orders:read"])));
    assert!(verifier.verify_at(&issuer.token(&array), NOW).unwrap().has_scope("orders:read"));
    let none = with(&issuer.claims(), "roles", None);
    assert_eq!(verifier.verify_at(&issuer.token(&none), NOW).unwrap().roles_header(), None);
}

#[test]
fn two_claims_of_one_name_are_no_claims() {
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let text = issuer.claims().to_string();
        for second in [
            r#""sub":"user-1""#,
            r#""sub":"root""#,
            r#""\u0073ub":"root""#,
            r#""exp":9999999999"#,
            r#""x":1,"x":2"#,
        ] {
            let first = text.replacen('{', &format!("{{{second},"), 1);
            let last = format!("{},{second}}}", text.strip_suffix('}').unwrap());
            for text in [first, last] {
                let token = issuer.sign(&issuer.header().to_string(), &text);
                assert_eq!(refused(issuer, &verifier, &token), TokenError::Malformed, "{second}");
            }
        }
        for text in ["[]", "null", "7", "\"sub\"", &format!("[{text}]")] {
            let token = issuer.sign(&issuer.header().to_string(), text);
            assert_eq!(refused(issuer, &verifier, &token), TokenError::Malformed, "{text}");
        }
    }
}

#[test]
fn what_a_header_cannot_carry_is_no_role() {
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        for role in [
            "buyer,admin",
            ",",
            "a\nb",
            "a\r\nX-User-Id: root",
            "a b",
            " admin",
            "",
            "rôle",
            "\u{0}",
            &"a".repeat(257),
        ] {
            let token = issuer.token(&with(&issuer.claims(), "roles", Some(json!(["buyer", role]))));
            assert_eq!(refused(issuer, &verifier, &token), TokenError::BadClaim("roles"), "{role:?}");
        }
        let roles =
            |count: usize| issuer.token(&with(&issuer.claims(), "roles", Some(json!(vec!["r"; count]))));
        assert!(verifier.verify_at(&roles(64), NOW).is_ok());
        assert_eq!(refused(issuer, &verifier, &roles(65)), TokenError::BadClaim("roles"));
    }
}

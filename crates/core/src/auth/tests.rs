//! Bad tokens, each beside the good one from which it differs in one thing, under each of the four algorithms.
//!
//! No test sleeps: the time is an argument.

use std::{
    collections::BTreeMap,
    slice,
    sync::{Arc, LazyLock},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use jsonwebtoken::{EncodingKey, Header};
use rcgen::KeyPair;
use serde_json::{Value, json, value::RawValue};

use super::*;
use crate::config::{Algorithm, AuthConfig, IssuerConfig};

const NOW: u64 = 1_800_000_000;
const LEEWAY: u64 = 30;
const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// What openssl makes of `genrsa 1024`.
const RSA_1024: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9o24Fy1GFmChTnhBFilhfkVUv
Ygl7Z/of8Yq7GYAAeX6v80JHEgXpolhTeil4UtdclMyWFKJoeHZ62uNRJOH+sRks
Q0oMP9Ond/XxZnmwIXTdK1Li4LmBWEP/qQ6J2+u7SBM1vsJQrzUpfI+t9O+oQUNI
g+xSUzJLQUkXHV+3fQIDAQAB
-----END PUBLIC KEY-----
";

/// An issuer as its tokens are made.
struct Issuer {
    alg: &'static str,
    algorithm: jsonwebtoken::Algorithm,
    key: EncodingKey,
    config: IssuerConfig,
}

static ISSUERS: LazyLock<[Issuer; 4]> = LazyLock::new(|| {
    let issuer = |alg, algorithm, key, config_algorithm, secret: Option<&str>, public_key| Issuer {
        alg,
        algorithm,
        key,
        config: IssuerConfig {
            issuer: format!("https://{alg}.test"),
            audience: "bff".to_owned(),
            algorithm: Some(config_algorithm),
            secret: secret.map(Into::into),
            public_key_file: None,
            public_key,
        },
    };
    let pair = |algorithm| {
        let pair = KeyPair::generate_for(algorithm).unwrap();
        (pair.serialize_pem(), Some(pair.public_key_pem()))
    };
    let (rsa, rsa_public) = pair(&rcgen::PKCS_RSA_SHA256);
    let (ec, ec_public) = pair(&rcgen::PKCS_ECDSA_P256_SHA256);
    let (ed, ed_public) = pair(&rcgen::PKCS_ED25519);
    let secret = EncodingKey::from_secret(SECRET.as_bytes());
    let rsa = EncodingKey::from_rsa_pem(rsa.as_bytes()).unwrap();
    let ec = EncodingKey::from_ec_pem(ec.as_bytes()).unwrap();
    let ed = EncodingKey::from_ed_pem(ed.as_bytes()).unwrap();
    [
        issuer("HS256", jsonwebtoken::Algorithm::HS256, secret, Algorithm::Hs256, Some(SECRET), None),
        issuer("RS256", jsonwebtoken::Algorithm::RS256, rsa, Algorithm::Rs256, None, rsa_public),
        issuer("ES256", jsonwebtoken::Algorithm::ES256, ec, Algorithm::Es256, None, ec_public),
        issuer("EdDSA", jsonwebtoken::Algorithm::EdDSA, ed, Algorithm::EdDsa, None, ed_public),
    ]
});

impl Issuer {
    fn verifier(&self) -> Verifier {
        verifier(slice::from_ref(&self.config)).unwrap()
    }

    fn header(&self) -> Value {
        json!({"alg": self.alg, "typ": "JWT"})
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.config.issuer, "aud": "bff", "sub": "user-1", "exp": NOW + 600, "nbf": NOW - 600,
            "iat": NOW - 600, "roles": ["buyer", "admin"], "scope": "orders:read orders:write", "account": "acme",
        })
    }

    /// A token of this text, signed as this issuer does.
    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }

    fn good_token(&self) -> String {
        self.token(&self.claims())
    }
}

fn verifier(issuers: &[IssuerConfig]) -> Result<Verifier, Vec<KeyError>> {
    let named =
        issuers.iter().enumerate().map(|(number, issuer)| (format!("issuer-{number}"), issuer.clone()));
    Verifier::new(&AuthConfig {
        leeway: Duration::from_secs(LEEWAY),
        issuers: named.collect::<BTreeMap<_, _>>(),
        ..AuthConfig::default()
    })
}

/// base64url of a JSON text as it stands, by the only encoder at hand: the payload of a token.
fn encode(text: &str) -> String {
    let raw = RawValue::from_string(text.to_owned()).unwrap();
    let token = jsonwebtoken::encode(&Header::default(), &raw, &EncodingKey::from_secret(b"any")).unwrap();
    token.split('.').nth(1).unwrap().to_owned()
}

/// The object with one value set, or removed by `None`.
fn with(object: &Value, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let map = object.as_object_mut().unwrap();
    match value {
        Some(value) => map.insert(name.to_owned(), value),
        None => map.remove(name),
    };
    object
}

/// The error of a token just after the good token of the same issuer has passed the same verifier.
#[track_caller]
fn refused(issuer: &Issuer, verifier: &Verifier, token: &str) -> TokenError {
    verifier.verify_at(&issuer.good_token(), NOW).expect("the positive control");
    match verifier.verify_at(token, NOW) {
        Ok(identity) => panic!("{}: {identity:?} from {token}", issuer.alg),
        Err(error) => error,
    }
}

#[test]
fn a_good_token_of_each_algorithm_is_its_caller() {
    for issuer in &*ISSUERS {
        let identity = issuer.verifier().verify_at(&issuer.good_token(), NOW).unwrap();
        assert_eq!(identity.id(), "user-1");
        assert_eq!(identity.issuer(), issuer.config.issuer);
        assert_eq!(identity.roles(), ["buyer", "admin"]);
        assert_eq!(identity.scopes(), ["orders:read", "orders:write"]);
        assert_eq!(identity.account(), Some("acme"));
        assert_eq!(identity.expires_at(), NOW + 600);
        assert_eq!(identity.id_header(), "user-1");
        assert_eq!(identity.roles_header().unwrap(), "buyer,admin");
        assert!(identity.has_role("admin") && !identity.has_role("Admin"));
        assert!(identity.has_scope("orders:read") && !identity.has_scope("orders"));
    }
}

#[test]
fn a_header_is_refused_unless_it_is_that_of_the_issuer() {
    use TokenError::{Malformed, Unsupported, WrongAlgorithm};
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let (header, claims) = (issuer.header(), issuer.claims().to_string());
        let others = [
            "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "RS256", "PS256", "ES256", "ES384", "EdDSA",
        ];
        let algs = others.iter().filter(|alg| **alg != issuer.alg).map(|alg| Some(json!(alg)));
        let odd =
            [None, Some(json!(null)), Some(json!([issuer.alg])), Some(json!(issuer.alg.to_lowercase()))];
        for alg in algs.chain(odd) {
            let token = issuer.sign(&with(&header, "alg", alg.clone()).to_string(), &claims);
            assert_eq!(refused(issuer, &verifier, &token), WrongAlgorithm, "alg {alg:?}");
            let (message, _) = token.rsplit_once('.').unwrap();
            assert_eq!(
                refused(issuer, &verifier, &format!("{message}.")),
                WrongAlgorithm,
                "alg {alg:?} unsigned"
            );
        }
        for (name, value) in [
            ("crit", json!([])),
            ("crit", json!(["exp"])),
            ("crit", json!(null)),
            ("typ", json!("logout+jwt")),
            ("typ", json!("application/")),
            ("typ", json!("")),
            ("typ", json!(null)),
            ("typ", json!(["JWT"])),
        ] {
            let token = issuer.sign(&with(&header, name, Some(value.clone())).to_string(), &claims);
            assert_eq!(refused(issuer, &verifier, &token), Unsupported, "{name} {value}");
        }
        let alg = issuer.alg;
        let twice = format!(r#"{{"alg":"none","alg":"{alg}"}}"#);
        let twice_escaped = format!(r#"{{"\u0061lg":"none","alg":"{alg}"}}"#);
        let array = format!(r#"["{alg}","JWT"]"#);
        for text in [&twice, &twice_escaped, &array, "null", "\"JWT\""] {
            assert_eq!(refused(issuer, &verifier, &issuer.sign(text, &claims)), Malformed, "{text}");
        }
        for typ in
            [None, Some("JWT"), Some("jwt"), Some("at+jwt"), Some("AT+JWT"), Some("application/at+jwt")]
        {
            let token = issuer.sign(&with(&header, "typ", typ.map(|typ| json!(typ))).to_string(), &claims);
            assert!(verifier.verify_at(&token, NOW).is_ok(), "typ {typ:?}");
        }
    }
}

#[test]
fn keys_that_a_token_brings_along_are_not_looked_at() {
    let [issuer, other, ..] = &*ISSUERS;
    let verifier = issuer.verifier();
    let header = json!({"alg": issuer.alg, "kid": "../../dev/null", "jku": "https://evil.test/keys", "jwk": {"kty": "oct", "k": "YW55"},
        "x5u": "https://evil.test/cert", "x5c": ["AA=="]});
    let (header, claims) = (header.to_string(), issuer.claims().to_string());
    assert!(verifier.verify_at(&issuer.sign(&header, &claims), NOW).is_ok());
    assert_eq!(refused(issuer, &verifier, &other.sign(&header, &claims)), TokenError::BadSignature);
}

#[test]
fn an_issuer_vouches_for_itself_alone() {
    let configs: Vec<_> = ISSUERS.iter().map(|issuer| issuer.config.clone()).collect();
    let all = verifier(&configs).unwrap();
    for issuer in &*ISSUERS {
        for other in ISSUERS.iter().filter(|other| other.alg != issuer.alg) {
            // The other's header and key over our claims, then our header and the other's key.
            let claims = issuer.claims().to_string();
            let theirs = other.sign(&other.header().to_string(), &claims);
            assert_eq!(refused(issuer, &all, &theirs), TokenError::WrongAlgorithm);
            let ours = other.sign(&issuer.header().to_string(), &claims);
            assert_eq!(refused(issuer, &all, &ours), TokenError::BadSignature);
        }
        for name in ["https://evil.test", "", "https://hs256.test/", "HTTPS://HS256.TEST"] {
            let token = issuer.token(&with(&issuer.claims(), "iss", Some(json!(name))));
            assert_eq!(refused(issuer, &all, &token), TokenError::UnknownIssuer, "{name}");
        }
    }
}

#[test]
fn a_public_key_is_no_secret() {
    let rsa = &ISSUERS[1];
    let pem = rsa.config.public_key.clone().unwrap();
    for secret in [pem.as_str(), pem.trim(), &pem.replace('\n', "\r\n")] {
        let forger = Issuer {
            alg: "HS256",
            algorithm: jsonwebtoken::Algorithm::HS256,
            key: EncodingKey::from_secret(secret.as_bytes()),
            config: rsa.config.clone(),
        };
        assert_eq!(refused(rsa, &rsa.verifier(), &forger.good_token()), TokenError::WrongAlgorithm);
        let confused = IssuerConfig { secret: Some(secret.into()), ..ISSUERS[0].config.clone() };
        assert!(verifier(&[confused]).is_err(), "nor can it be configured as one");
    }
}

#[test]
fn a_claim_of_the_wrong_type_is_not_an_absent_one() {
    let nothing = || [json!(null), json!({"a": 1}), json!(true), json!([[]])];
    for issuer in &*ISSUERS {
        let verifier = issuer.verifier();
        let claims = issuer.claims();
        let cases: [(&'static str, Vec<Value>); 10] = [
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
    for name in ["nbf", "iat", "roles", "scope", "account"] {
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
        ("jti", json!({"anything": [null]})),
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

#[test]
fn time_is_forgiven_to_the_second() {
    for issuer in &*ISSUERS {
        let (exp, nbf) = (NOW + 600, NOW - 600);
        for (now, expected) in [
            (nbf - LEEWAY - 1, Some(TokenError::NotYetValid)),
            (nbf - LEEWAY, None),
            (exp + LEEWAY - 1, None),
            (exp + LEEWAY, Some(TokenError::Expired)),
            (u64::MAX, Some(TokenError::Expired)),
        ] {
            // A verifier of its own: none of these answers may come from the cache.
            assert_eq!(issuer.verifier().verify_at(&issuer.good_token(), now).err(), expected, "at {now}");
        }
        // A fraction of a second never helps the token.
        let fractions = with(&issuer.claims(), "exp", Some(json!(1_800_000_600.9)));
        let fractions = issuer.token(&with(&fractions, "nbf", Some(json!(1_799_999_400.1))));
        assert_eq!(issuer.verifier().verify_at(&fractions, exp + LEEWAY).err(), Some(TokenError::Expired));
        assert_eq!(
            issuer.verifier().verify_at(&fractions, nbf - LEEWAY).err(),
            Some(TokenError::NotYetValid)
        );
        assert!(issuer.verifier().verify_at(&fractions, nbf - LEEWAY + 1).is_ok());
    }
}

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

#[test]
fn the_clock_of_the_process_is_used() {
    let issuer = &ISSUERS[0];
    let now = jsonwebtoken::get_current_timestamp();
    let until = |exp: u64| issuer.token(&with(&with(&issuer.claims(), "nbf", None), "exp", Some(json!(exp))));
    assert!(issuer.verifier().verify(&until(now + 60)).is_ok());
    assert_eq!(issuer.verifier().verify(&until(now - LEEWAY - 60)).err(), Some(TokenError::Expired));
}

#[test]
fn a_key_of_another_kind_is_reported_and_never_printed() {
    let [hs, rs, es, ed] = &*ISSUERS;
    let with_key = |config: &IssuerConfig, pem: Option<&str>| IssuerConfig {
        public_key: pem.map(str::to_owned),
        ..config.clone()
    };
    let with_secret =
        |secret: Option<&str>| IssuerConfig { secret: secret.map(Into::into), ..hs.config.clone() };
    let [rsa, ec, edd] = [rs, es, ed].map(|issuer| issuer.config.public_key.as_deref());
    let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let private = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
    let two = format!("{}{}", ec.unwrap(), ec.unwrap());
    let cases = [
        (with_key(&rs.config, ec), "public_key", "RSA"),
        (with_key(&rs.config, edd), "public_key", "RSA"),
        (with_key(&rs.config, Some(RSA_1024)), "public_key", "2048"),
        (with_key(&rs.config, None), "public_key", "BEGIN PUBLIC KEY"),
        (with_key(&rs.config, Some("not a pem")), "public_key", "BEGIN PUBLIC KEY"),
        (with_key(&es.config, rsa), "public_key", "P-256"),
        (with_key(&es.config, edd), "public_key", "P-256"),
        (with_key(&es.config, Some(&p384.public_key_pem())), "public_key", "P-256"),
        (with_key(&es.config, Some(&private)), "public_key", "private"),
        (with_key(&es.config, Some(&two)), "public_key", "one PEM"),
        (with_key(&es.config, Some(&ec.unwrap().replace('M', "A"))), "public_key", "P-256"),
        (with_key(&ed.config, rsa), "public_key", "Ed25519"),
        (with_key(&ed.config, ec), "public_key", "Ed25519"),
        (with_secret(None), "secret", "32 bytes"),
        (with_secret(Some(&SECRET[1..])), "secret", "32 bytes"),
        (IssuerConfig { algorithm: None, ..rs.config.clone() }, "algorithm", "RS256"),
        (IssuerConfig { issuer: String::new(), ..rs.config.clone() }, "issuer", "iss"),
        (IssuerConfig { audience: String::new(), ..rs.config.clone() }, "audience", "aud"),
    ];
    assert!(
        [hs, rs, es, ed].iter().all(|issuer| verifier(slice::from_ref(&issuer.config)).is_ok()),
        "positive control"
    );
    for (config, key, expected) in cases {
        let errors = verifier(slice::from_ref(&config)).err().unwrap_or_default();
        let [error] = &errors[..] else { panic!("one error for {key}, {expected}: {errors:?}") };
        assert_eq!(error.issuer_name, "issuer-0");
        assert!(error.message.starts_with(&format!("auth.issuers.issuer-0.{key} ")), "{error}");
        assert!(error.message.contains(expected), "{error}");
        let body = config.public_key.as_deref().and_then(|pem| pem.lines().nth(1)).unwrap_or(&SECRET[1..]);
        assert!(!format!("{error:?}").contains(body), "{error}");
    }
    let errors =
        verifier(&[with_secret(None), with_key(&rs.config, None), rs.config.clone(), rs.config.clone()]);
    assert_eq!(errors.err().map(|errors| errors.len()), Some(3), "all at once, and one entry an issuer");
}

#[test]
fn nothing_that_is_printed_has_any_of_the_token() {
    let issuer = &ISSUERS[0];
    let verifier = issuer.verifier();
    let token = issuer.good_token();
    let identity = verifier.verify_at(&token, NOW).unwrap();
    let printed = format!("{identity:?} {verifier:?}");
    assert!(token.split('.').all(|part| !printed.contains(part)) && !printed.contains(SECRET), "{printed}");
    assert_eq!(TokenError::Expired.code(), "expired_token");
    assert_eq!(TokenError::Expired.to_string(), "the token has expired");
    assert_eq!(TokenError::BadClaim("sub").code(), "invalid_token");
    assert_eq!(TokenError::BadClaim("sub").to_string(), TokenError::BadSignature.to_string());
    assert!(TokenError::BadClaim("sub").log_reason().starts_with("sub "));
}

#[test]
fn a_request_has_one_bearer_token_or_none() {
    let with_values = |values: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    };
    assert_eq!(bearer(&with_values(&[])), Ok(None));
    for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "Bearer   a.b.c"] {
        assert_eq!(bearer(&with_values(&[value])), Ok(Some("a.b.c")), "{value:?}");
    }
    for values in [
        &["Bearer a.b.c", "Bearer a.b.c"][..],
        &["Bearer a.b.c", "Basic eDp5"],
        &["Basic eDp5"],
        &["Bearer"],
        &["Bearer "],
        &[""],
        &["a.b.c"],
        &["Bearer a.b.c d.e.f"],
        &["Bearer a.b.c, Bearer d.e.f"],
        &["Bearer a.b.c,d.e.f"],
        &["Bearer\ta.b.c"],
        &["Bearer a.b.c\t"],
        &[" Bearer a.b.c"],
        &["Bearer ä.b.c"],
    ] {
        assert_eq!(bearer(&with_values(values)), Err(TokenError::Malformed), "{values:?}");
    }
}

#[test]
fn our_headers_are_ours_in_every_spelling() {
    for name in [
        "X-User-Id",
        "x-user-roles",
        "x_user_id",
        "X_User-Id",
        "x-user_roles",
        "x-user-",
        "x-user-anything",
        "X-Request-Id",
        "x_request_id",
        "x-request_id",
        "X-Internal-Secret",
        "x_internal_secret",
    ] {
        assert!(is_reserved(&HeaderName::from_bytes(name.as_bytes()).unwrap()), "{name}");
    }
    for name in [
        "x",
        "x-user",
        "x-users",
        "x-request-ids",
        "x-request-i",
        "x-request-timeout-ms",
        "user-id",
        "accept",
        "x-internal",
    ] {
        assert!(!is_reserved(&HeaderName::from_bytes(name.as_bytes()).unwrap()), "{name}");
    }
    assert!(is_reserved(&USER_ID) && is_reserved(&USER_ROLES));
}

#[test]
fn a_policy_lets_in_whom_it_names() {
    let nobody = Identity::for_test("u", &[], &[], None);
    let buyer = Identity::for_test("u", &["buyer"], &["orders:read"], None);
    let partner = Identity::for_test("u", &["buyer"], &["orders:read", "orders:write"], Some("acme"));
    let strict = || scope("orders:read").and_scope("orders:write").and_role("buyer").with_account();
    for (policy, caller, expected) in [
        (public(), None, Ok(())),
        (public(), Some(&nobody), Ok(())),
        (signed_in(), None, Err(Denied::NoIdentity)),
        (signed_in(), Some(&nobody), Ok(())),
        (scope("orders:read"), None, Err(Denied::NoIdentity)),
        (scope("orders:read"), Some(&nobody), Err(Denied::MissingScope("orders:read"))),
        (scope("orders:read"), Some(&buyer), Ok(())),
        (scope("orders"), Some(&buyer), Err(Denied::MissingScope("orders"))),
        (role("admin"), Some(&buyer), Err(Denied::MissingRole("admin"))),
        (role("buyer"), Some(&buyer), Ok(())),
        (strict(), Some(&buyer), Err(Denied::MissingScope("orders:write"))),
        (strict(), Some(&partner), Ok(())),
        (signed_in().with_account(), Some(&buyer), Err(Denied::MissingAccount)),
        (public().and_role("admin"), None, Err(Denied::NoIdentity)),
        (public().with_account(), None, Err(Denied::NoIdentity)),
    ] {
        assert_eq!(policy.check(caller), expected, "{policy}");
        assert_eq!(policy.needs_identity(), policy.check(None).is_err(), "{policy}");
    }
    let shown = [public(), signed_in(), scope("orders:read"), strict()].map(|p| p.to_string());
    let all = "scope orders:read, scope orders:write, role buyer, partner account";
    assert_eq!(shown, ["public", "signed in", "scope orders:read", all]);
}

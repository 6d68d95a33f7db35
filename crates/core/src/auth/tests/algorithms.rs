//! The header and the key: a token is verified as its issuer is configured, whatever the token says.

use jsonwebtoken::EncodingKey;
use serde_json::json;

use super::{
    NOW, refused,
    signing::{ISSUERS, Issuer, with},
    verifier,
};
use crate::{auth::TokenError, config::IssuerConfig};

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

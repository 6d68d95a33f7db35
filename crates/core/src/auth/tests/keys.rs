//! Keys of the configuration that cannot be used: each is reported by its name, and none is printed.

use std::slice;

use rcgen::KeyPair;

use super::{
    signing::{ISSUERS, SECRET},
    verifier,
};
use crate::config::IssuerConfig;

/// What openssl makes of `genrsa 1024`.
const RSA_1024: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9o24Fy1GFmChTnhBFilhfkVUv
Ygl7Z/of8Yq7GYAAeX6v80JHEgXpolhTeil4UtdclMyWFKJoeHZ62uNRJOH+sRks
Q0oMP9Ond/XxZnmwIXTdK1Li4LmBWEP/qQ6J2+u7SBM1vsJQrzUpfI+t9O+oQUNI
g+xSUzJLQUkXHV+3fQIDAQAB
-----END PUBLIC KEY-----
";

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

//! Makes keys, and tokens as four issuers would sign them, good or bad.

use std::{slice, sync::LazyLock};

use jsonwebtoken::{EncodingKey, Header};
use rcgen::KeyPair;
use serde_json::{Value, json, value::RawValue};

use super::{NOW, verifier};
use crate::{
    auth::Verifier,
    config::{Algorithm, IssuerConfig},
};

pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// An issuer as its tokens are made.
pub(super) struct Issuer {
    pub(super) alg: &'static str,
    pub(super) algorithm: jsonwebtoken::Algorithm,
    pub(super) key: EncodingKey,
    pub(super) config: IssuerConfig,
}

pub(super) static ISSUERS: LazyLock<[Issuer; 4]> = LazyLock::new(|| {
    let issuer = |alg, algorithm, key, config_algorithm, secret: Option<&str>, public_key| Issuer {
        alg,
        algorithm,
        key,
        config: IssuerConfig {
            issuer: format!("https://{alg}.test"),
            audience: "bff".to_owned(),
            algorithm: Some(config_algorithm),
            secret: secret.map(Into::into),
            public_key,
            ..IssuerConfig::default()
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
    pub(super) fn verifier(&self) -> Verifier {
        verifier(slice::from_ref(&self.config)).unwrap()
    }

    pub(super) fn header(&self) -> Value {
        json!({"alg": self.alg, "typ": "JWT"})
    }

    pub(super) fn claims(&self) -> Value {
        json!({
            "iss": self.config.issuer, "aud": "bff", "sub": "user-1", "exp": NOW + 600, "nbf": NOW - 600,
            "iat": NOW - 600, "roles": ["buyer", "admin"], "scope": "orders:read orders:write", "account": "acme",
        })
    }

    /// A token of this text, signed as this issuer does.
    pub(super) fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    pub(super) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }

    pub(super) fn good_token(&self) -> String {
        self.token(&self.claims())
    }
}

/// base64url of a JSON text as it stands, by the only encoder at hand: the payload of a token.
fn encode(text: &str) -> String {
    let raw = RawValue::from_string(text.to_owned()).unwrap();
    let token = jsonwebtoken::encode(&Header::default(), &raw, &EncodingKey::from_secret(b"any")).unwrap();
    token.split('.').nth(1).unwrap().to_owned()
}

/// The object with one value set, or removed by `None`.
pub(super) fn with(object: &Value, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let map = object.as_object_mut().unwrap();
    match value {
        Some(value) => map.insert(name.to_owned(), value),
        None => map.remove(name),
    };
    object
}

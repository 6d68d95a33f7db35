//! Whoever signs tokens: an issuer with a key pair, or one that shares a secret. It signs whatever it is given.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bff_testkit::{TestIssuer, token};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};

pub(crate) struct Signer {
    /// Its algorithm, as tokens spell it.
    pub(crate) alg: &'static str,
    issuer: String,
    key: Key,
}

enum Key {
    Pair(Box<TestIssuer>, Algorithm),
    Secret(&'static [u8]),
}

impl Signer {
    /// One of each algorithm that the BFF knows.
    pub(crate) async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (alg, algorithm) in
            [("RS256", Algorithm::RS256), ("ES256", Algorithm::ES256), ("EdDSA", Algorithm::EdDSA)]
        {
            let issuer = Box::new(TestIssuer::start(algorithm).await);
            all.push(Self { alg, issuer: issuer.url().to_owned(), key: Key::Pair(issuer, algorithm) });
        }
        let secret = Key::Secret(token::SECRET.as_bytes());
        all.push(Self { alg: "HS256", issuer: token::ISSUER.to_owned(), key: secret });
        all
    }

    /// A stranger who names the same issuer and has a key of the same kind.
    pub(crate) async fn forger(&self) -> Self {
        let key = match self.key {
            Key::Pair(_, algorithm) => Key::Pair(Box::new(TestIssuer::start(algorithm).await), algorithm),
            Key::Secret(_) => Key::Secret(b"a secret of the right length, but not the issuer's"),
        };
        Self { alg: self.alg, issuer: self.issuer.clone(), key }
    }

    /// The `iss` of its tokens.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer, if it publishes keys.
    pub(crate) fn published(&self) -> Option<&TestIssuer> {
        match &self.key {
            Key::Pair(issuer, _) => Some(issuer),
            Key::Secret(_) => None,
        }
    }

    /// A header of its tokens, with further members such as `,"crit":[]`.
    pub(crate) fn header(&self, further: &str) -> String {
        format!("{{\"alg\":\"{}\",\"kid\":\"key-1\"{further}}}", self.alg)
    }

    /// Any header and payload, signed.
    pub(crate) fn token(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.signed(&message(header, payload))
    }

    /// The message, whatever it is, and its signature.
    pub(crate) fn signed(&self, message: &str) -> String {
        format!("{message}.{}", self.signature(message))
    }

    pub(crate) fn signature(&self, message: &str) -> String {
        match &self.key {
            Key::Pair(issuer, algorithm) => issuer.signature(*algorithm, message.as_bytes()),
            Key::Secret(secret) => hmac(Algorithm::HS256, secret, message),
        }
    }

    /// Signatures with its key by other algorithms that the key would serve for.
    pub(crate) fn otherwise(&self, message: &str) -> Vec<(&'static str, String)> {
        match &self.key {
            Key::Pair(issuer, Algorithm::RS256) => [
                ("RS384", Algorithm::RS384),
                ("RS512", Algorithm::RS512),
                ("PS256", Algorithm::PS256),
                ("PS512", Algorithm::PS512),
            ]
            .map(|(alg, algorithm)| (alg, issuer.signature(algorithm, message.as_bytes())))
            .to_vec(),
            Key::Pair(..) => Vec::new(),
            Key::Secret(secret) => [("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
                .map(|(alg, algorithm)| (alg, hmac(algorithm, secret, message)))
                .to_vec(),
        }
    }
}

/// What is signed (RFC 7515, section 5.1).
pub(crate) fn message(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

/// The message's HMAC with a secret of anybody's.
pub(crate) fn hmac(algorithm: Algorithm, secret: &[u8], message: &str) -> String {
    crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret), algorithm).expect("an HMAC of bytes")
}

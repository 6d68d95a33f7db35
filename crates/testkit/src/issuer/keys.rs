//! A key pair of an issuer: its public half as a member of a set, and signatures.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, jwk::Jwk};
use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::token::Token;

pub(super) struct IssuerKey {
    kid: String,
    algorithm: Algorithm,
    pair: KeyPair,
}

impl IssuerKey {
    pub(super) fn new(kid: &str, algorithm: Algorithm) -> Self {
        // Fails only if one is installed already.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let signatures = match algorithm {
            Algorithm::RS256 => &rcgen::PKCS_RSA_SHA256,
            Algorithm::ES256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Algorithm::EdDSA => &rcgen::PKCS_ED25519,
            other => panic!("{other:?} is no algorithm that an issuer may have"),
        };
        let pair = KeyPair::generate_for(signatures).expect("a key pair");
        Self { kid: kid.to_owned(), algorithm, pair }
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key (RFC 7517, section 4), for signatures (`sig`) or for encryption (`enc`).
    pub(super) fn jwk(&self, meant: &str) -> Value {
        let pem = self.pair.public_key_pem();
        let key = match self.algorithm {
            Algorithm::RS256 => DecodingKey::from_rsa_pem(pem.as_bytes()),
            Algorithm::ES256 => DecodingKey::from_ec_pem(pem.as_bytes()),
            _ => DecodingKey::from_ed_pem(pem.as_bytes()),
        };
        let key = key.and_then(|key| Jwk::from_decoding_key(&key, None)).expect("a public key");
        let mut jwk = serde_json::to_value(key).expect("a key is JSON");
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!(meant);
        if meant == "sig" {
            jwk["alg"] = json!(format!("{:?}", self.algorithm));
        }
        jwk
    }

    /// The token, with this kid in its header.
    pub(super) fn sign(&self, kid: Option<&str>, token: &Token) -> String {
        self.sign_header(&Header { kid: kid.map(str::to_owned), ..Header::new(self.algorithm) }, token)
    }

    pub(super) fn sign_header(&self, header: &Header, token: &Token) -> String {
        jsonwebtoken::encode(header, token.claims(), &self.private()).expect("it signs")
    }

    /// The signature of anything by any algorithm of keys of this kind, in base64url.
    pub(super) fn signature(&self, algorithm: Algorithm, message: &[u8]) -> String {
        jsonwebtoken::crypto::sign(message, &self.private(), algorithm).expect("it signs")
    }

    fn private(&self) -> EncodingKey {
        let pem = self.pair.serialize_pem();
        let key = match self.algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_pem(pem.as_bytes()),
            Algorithm::ES256 => EncodingKey::from_ec_pem(pem.as_bytes()),
            _ => EncodingKey::from_ed_pem(pem.as_bytes()),
        };
        key.expect("a private key")
    }

    /// The public key as PEM and as DER.
    pub(super) fn public(&self) -> (String, Vec<u8>) {
        (self.pair.public_key_pem(), self.pair.public_key_raw().to_vec())
    }
}

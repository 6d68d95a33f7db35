//! The keys of the sender's tokens: the one that signs, and the public ones that services fetch as a JWKS (RFC 7517).
//!
//! A key is Ed25519 or P-256, in PEM: a private key as PKCS #8 (`BEGIN PRIVATE KEY`), a public one as SPKI
//! (`BEGIN PUBLIC KEY`). Its `kid` is its RFC 7638 thumbprint, so that it is the same wherever it is computed.
//!
//! There is no I/O here. No error and no `Debug` shows a key.

use std::{fmt, sync::Arc};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey,
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde::Serialize;

/// What an operator reads who gives something else.
pub(crate) const PRIVATE: &str = "a PEM file with a private key of Ed25519 or P-256 in PKCS #8, such as \
                                  `openssl genpkey -algorithm ed25519` makes";
/// The same for a key that is only published.
pub(crate) const EITHER: &str =
    "a PEM file with a key of Ed25519 or P-256, public (SPKI) or private (PKCS #8)";

/// The keys of `[sender]`, read from their files.
#[derive(Clone, Default)]
pub(crate) struct SenderKeys {
    /// Signs. `None` without `sender.key_file`.
    pub(crate) signing: Option<Arc<SigningKey>>,
    /// What services verify with: the public half of the one that signs, the next one and the previous one.
    pub(crate) public: Vec<PublicKey>,
}

impl SenderKeys {
    /// The JWKS, `None` without keys.
    pub(crate) fn jwks(&self) -> Option<String> {
        #[derive(Serialize)]
        struct Jwks<'a> {
            keys: Vec<&'a Jwk>,
        }
        let keys: Vec<_> = self.public.iter().map(|key| &key.jwk).collect();
        if keys.is_empty() { None } else { serde_json::to_string(&Jwks { keys }).ok() }
    }
}

impl fmt::Debug for SenderKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.public.iter().map(PublicKey::id).collect();
        formatter.debug_struct("SenderKeys").field("public", &ids).finish_non_exhaustive()
    }
}

/// A key that signs.
pub(crate) struct SigningKey {
    key: EncodingKey,
    public: PublicKey,
}

/// A key that verifies.
#[derive(Clone)]
pub(crate) struct PublicKey {
    jwk: Jwk,
    algorithm: Algorithm,
}

impl SigningKey {
    /// Reads the PEM of a private key; `None` for anything else.
    pub(crate) fn read(pem: &str) -> Option<Self> {
        let pem = one_pem(pem, "-----BEGIN PRIVATE KEY-----")?;
        if let Ok(key) = EncodingKey::from_ed_pem(pem) {
            let pair = Ed25519KeyPair::from_pkcs8(key.as_bytes()).ok()?;
            let public = PublicKey::ed25519(pair.public_key().as_ref())?;
            return Some(Self { key, public });
        }
        let key = EncodingKey::from_ec_pem(pem).ok()?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_bytes()).ok()?;
        let public = PublicKey::p256(pair.public_key().as_ref())?;
        Some(Self { key, public })
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Its `kid`.
    pub(super) fn id(&self) -> &str {
        self.public.id()
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.public.algorithm
    }

    pub(super) fn sign(&self, header: &Header, claims: &impl Serialize) -> Option<String> {
        jsonwebtoken::encode(header, claims, &self.key).ok()
    }
}

impl PublicKey {
    /// Reads the PEM of a public key, or the public half of a private one; `None` for anything else.
    pub(crate) fn read(pem: &str) -> Option<Self> {
        if let Some(pem) = one_pem(pem, "-----BEGIN PUBLIC KEY-----") {
            let ed = DecodingKey::from_ed_pem(pem).ok();
            let bytes = |key: &DecodingKey| key.try_get_as_bytes().map(<[u8]>::to_vec).ok();
            return match ed.as_ref().and_then(bytes) {
                Some(key) => Self::ed25519(&key),
                None => Self::p256(&DecodingKey::from_ec_pem(pem).ok().as_ref().and_then(bytes)?),
            };
        }
        SigningKey::read(pem).map(|key| key.public)
    }

    /// Its `kid`.
    pub(crate) fn id(&self) -> &str {
        self.jwk.common.key_id.as_deref().unwrap_or_default()
    }

    fn ed25519(key: &[u8]) -> Option<Self> {
        ParsedPublicKey::new(&ED25519, key).ok()?;
        Self::of(&DecodingKey::from_ed_der(key), Algorithm::EdDSA)
    }

    fn p256(point: &[u8]) -> Option<Self> {
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?;
        Self::of(&DecodingKey::from_ec_der(point), Algorithm::ES256)
    }

    fn of(key: &DecodingKey, algorithm: Algorithm) -> Option<Self> {
        // Fails only if a provider is installed already, which is then the one to use.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut jwk = Jwk::from_decoding_key(key, Some(algorithm)).ok()?;
        jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256).ok()?);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Some(Self { jwk, algorithm })
    }
}

/// The bytes of a text that is one PEM and begins so: jsonwebtoken would take the first of several.
fn one_pem<'a>(text: &'a str, begin: &str) -> Option<&'a [u8]> {
    (text.matches("-----BEGIN").count() == 1 && text.contains(begin)).then_some(text.as_bytes())
}

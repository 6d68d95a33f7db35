//! Reads the one key of an issuer from the configuration, and refuses those that would verify nothing or too much.
//!
//! A secret must be at least as long as the hash and no PEM, a public key of the kind that the issuer's algorithm
//! wants. What is wrong is said when a [`Verifier`](crate::auth::Verifier) is made, not by refusing every token later.
//!
//! There is no I/O here: the PEM of a file is in the configuration already.

use aws_lc_rs::{
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RsaPublicKeyComponents},
};
use jsonwebtoken::DecodingKey;
use secrecy::ExposeSecret;

use super::{MIN_RSA_BITS, key::Key, roca};
use crate::config::{Algorithm, IssuerConfig};

/// RFC 7518 section 3.2: a key of at least the size of the hash.
const MIN_SECRET_BYTES: usize = 32;

/// A key of the configuration, and what is wrong with it.
type Problem = (&'static str, &'static str);

/// The key of an issuer of this algorithm.
pub(super) fn read(config: &IssuerConfig, algorithm: Algorithm) -> Result<Key, Problem> {
    let key = match algorithm {
        Algorithm::Hs256 => secret(config)?,
        Algorithm::Rs256 => rsa_key(config)?,
        Algorithm::Es256 => ec_key(config)?,
        Algorithm::EdDsa => ed_key(config)?,
    };
    Ok(Key::new(None, algorithm.of_jwt(), key))
}

fn secret(config: &IssuerConfig) -> Result<DecodingKey, Problem> {
    let secret = config.secret.as_ref().map_or("", |secret| secret.expose_secret());
    // Whoever knows a public key could sign with it.
    if secret.contains("-----BEGIN") {
        return Err(("secret", "is a PEM; expected a random secret for HS256"));
    }
    shared_key(secret.as_bytes())
}

fn shared_key(secret: &[u8]) -> Result<DecodingKey, Problem> {
    if secret.len() < MIN_SECRET_BYTES {
        return Err(("secret", "is absent or too short; expected at least 32 bytes for HS256"));
    }
    Ok(DecodingKey::from_secret(secret))
}

/// The same of a secret that is no text, for vectors.
#[cfg(test)]
pub(in crate::auth) fn of_bytes(secret: &[u8]) -> Option<Key> {
    shared_key(secret).ok().map(|key| Key::new(None, Algorithm::Hs256.of_jwt(), key))
}

fn rsa_key(config: &IssuerConfig) -> Result<DecodingKey, Problem> {
    const EXPECTED: Problem =
        ("public_key", "is not an RSA key; expected the PEM of an RSA public key for RS256");
    let key = DecodingKey::from_rsa_pem(public_pem(config)?.as_bytes()).map_err(|_| EXPECTED)?;
    let parsed =
        rsa::PublicKey::from_der(key.try_get_as_bytes().map_err(|_| EXPECTED)?).map_err(|_| EXPECTED)?;
    let modulus = RsaPublicKeyComponents::<Vec<u8>>::from(&parsed).n;
    // jsonwebtoken takes a shorter one and then refuses every token.
    let unused_bits = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if modulus.len() * 8 - unused_bits < MIN_RSA_BITS {
        return Err(("public_key", "is an RSA key of too few bits; expected at least 2048 for RS256"));
    }
    if roca::is_weak(&modulus) {
        return Err((
            "public_key",
            "is a key whose factors can be found (ROCA, CVE-2017-15361); expected another one",
        ));
    }
    Ok(key)
}

fn ec_key(config: &IssuerConfig) -> Result<DecodingKey, Problem> {
    const EXPECTED: Problem =
        ("public_key", "is not a P-256 key; expected the PEM of a P-256 public key for ES256");
    let key = DecodingKey::from_ec_pem(public_pem(config)?.as_bytes()).map_err(|_| EXPECTED)?;
    // jsonwebtoken takes a key on any curve and then refuses every token.
    let point = key.try_get_as_bytes().map_err(|_| EXPECTED)?;
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| EXPECTED)?;
    Ok(key)
}

fn ed_key(config: &IssuerConfig) -> Result<DecodingKey, Problem> {
    const EXPECTED: Problem =
        ("public_key", "is not an Ed25519 key; expected the PEM of an Ed25519 public key for EdDSA");
    let key = DecodingKey::from_ed_pem(public_pem(config)?.as_bytes()).map_err(|_| EXPECTED)?;
    ParsedPublicKey::new(&ED25519, key.try_get_as_bytes().map_err(|_| EXPECTED)?).map_err(|_| EXPECTED)?;
    Ok(key)
}

/// The PEM, if it is one public key: jsonwebtoken would take a private key, or the first of several, as well.
fn public_pem(config: &IssuerConfig) -> Result<&str, Problem> {
    let pem = config.public_key.as_deref().unwrap_or_default();
    if pem.contains("PRIVATE KEY") {
        return Err((
            "public_key",
            "is a private key; expected the public key, which is all that a gateway may hold",
        ));
    }
    let is_public =
        pem.contains("-----BEGIN PUBLIC KEY-----") || pem.contains("-----BEGIN RSA PUBLIC KEY-----");
    if pem.matches("-----BEGIN").count() == 1 && is_public {
        Ok(pem)
    } else {
        Err(("public_key", "is absent or not one public key; expected one PEM that says `BEGIN PUBLIC KEY`"))
    }
}

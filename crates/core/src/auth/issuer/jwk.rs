//! One key of a key set (RFC 7517 section 4), if tokens of its issuer can be verified with it.
//!
//! A set may hold keys for encryption, for other algorithms and of kinds that nobody here knows: those are left out. A
//! key that fits is checked once, by the library that verifies with it, so that no token is its first test.

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RsaPublicKeyComponents},
};
use jsonwebtoken::DecodingKey;

use super::{
    MAX_RSA_BITS, MIN_RSA_BITS,
    key::{Key, MAX_KID_BYTES},
    roca,
};
use crate::{
    auth::json::{BadValue, JsonObject},
    config::Algorithm,
};

/// Members that only a private or a shared key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2).
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// 32 bytes in base64url without padding.
const OF_32_BYTES: usize = 43;

/// Why a key of a set is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Skipped {
    /// It is meant for something else, which is nothing to worry about.
    Unfit(&'static str),
    /// It should not be in a public set at all.
    Secret,
}

impl Skipped {
    /// For the log: without any value of the key.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Unfit(reason) => reason,
            Self::Secret => {
                "it holds a secret, which must not be published: whoever reads it can sign tokens"
            }
        }
    }
}

impl From<BadValue> for Skipped {
    fn from(BadValue(name): BadValue) -> Self {
        Self::Unfit(match name {
            "kid" => "its kid is not a string",
            "use" => "its use is not a string",
            "key_ops" => "its key_ops are not an array of strings",
            "alg" => "its alg is not a string",
            "kty" => "its kty is not a string",
            _ => "a member that it needs is absent or not a string",
        })
    }
}

/// The key, if it verifies signatures of this algorithm.
pub(super) fn read(jwk: &JsonObject, algorithm: Algorithm) -> Result<Key, Skipped> {
    if SECRET_MEMBERS.iter().any(|name| jwk.has(name)) {
        return Err(Skipped::Secret);
    }
    fits(jwk, algorithm)?;
    let kid = jwk.get::<String>("kid")?;
    if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
        return Err(Skipped::Unfit("its kid is longer than 256 bytes"));
    }
    let decoding = match algorithm {
        Algorithm::Rs256 => rsa_key(jwk)?,
        Algorithm::Es256 => ec_key(jwk)?,
        Algorithm::EdDsa => ed_key(jwk)?,
        // A set is public, so whoever reads it could sign.
        Algorithm::Hs256 => return Err(Skipped::Unfit("a key set holds no key of HS256")),
    };
    Ok(Key::new(kid, algorithm.of_jwt(), decoding))
}

/// What the key says that it is for.
fn fits(jwk: &JsonObject, algorithm: Algorithm) -> Result<(), Skipped> {
    let kty = match algorithm {
        Algorithm::Rs256 => "RSA",
        Algorithm::Es256 => "EC",
        Algorithm::EdDsa => "OKP",
        Algorithm::Hs256 => "oct",
    };
    if jwk.require::<String>("kty")? != kty {
        return Err(Skipped::Unfit("its kty is not that of the issuer's algorithm"));
    }
    if jwk.get::<String>("use")?.is_some_and(|meant| meant != "sig") {
        return Err(Skipped::Unfit("its use is not sig"));
    }
    if jwk.get::<Vec<String>>("key_ops")?.is_some_and(|ops| !ops.iter().any(|op| op == "verify")) {
        return Err(Skipped::Unfit("its key_ops lack verify"));
    }
    if jwk.get::<String>("alg")?.is_some_and(|alg| alg != algorithm.as_str()) {
        return Err(Skipped::Unfit("its alg is not the issuer's"));
    }
    Ok(())
}

/// RFC 7518 section 6.3.1. Both numbers are without leading zeros, as it wants.
fn rsa_key(jwk: &JsonObject) -> Result<DecodingKey, Skipped> {
    const EXPECTED: Skipped = Skipped::Unfit("it is not an RSA key of 2048 to 8192 bits");
    let number = |text: String| decoded(&text).ok_or(EXPECTED);
    let (n, e) = (number(jwk.require("n")?)?, number(jwk.require("e")?)?);
    let unused_bits = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&(n.len() * 8 - unused_bits)) {
        return Err(EXPECTED);
    }
    if roca::is_weak(&n) {
        return Err(Skipped::Unfit("its factors can be found (ROCA, CVE-2017-15361)"));
    }
    let der = RsaPublicKeyComponents { n, e }.as_der().map_err(|_| EXPECTED)?;
    // The library checks modulus and exponent when it reads a key, not when it is given numbers.
    let checked = rsa::PublicKey::from_der(der.as_ref()).map_err(|_| EXPECTED)?;
    Ok(DecodingKey::from_rsa_der(checked.as_ref()))
}

/// RFC 7518 section 6.2.1: both coordinates in full length, and the point on the curve.
fn ec_key(jwk: &JsonObject) -> Result<DecodingKey, Skipped> {
    const EXPECTED: Skipped = Skipped::Unfit("it is not a point on the curve P-256");
    let (curve, x, y): (String, String, String) = (jwk.require("crv")?, jwk.require("x")?, jwk.require("y")?);
    // Together they would be of the right length, too, if one had a byte of the other.
    if curve != "P-256" || x.len() != OF_32_BYTES || y.len() != OF_32_BYTES {
        return Err(EXPECTED);
    }
    let key = DecodingKey::from_ec_components(&x, &y).map_err(|_| EXPECTED)?;
    let point = key.try_get_as_bytes().map_err(|_| EXPECTED)?;
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| EXPECTED)?;
    Ok(key)
}

/// RFC 8037 section 2.
fn ed_key(jwk: &JsonObject) -> Result<DecodingKey, Skipped> {
    const EXPECTED: Skipped = Skipped::Unfit("it is not an Ed25519 key");
    let (curve, x): (String, String) = (jwk.require("crv")?, jwk.require("x")?);
    if curve != "Ed25519" || x.len() != OF_32_BYTES {
        return Err(EXPECTED);
    }
    let key = DecodingKey::from_ed_components(&x).map_err(|_| EXPECTED)?;
    ParsedPublicKey::new(&ED25519, key.try_get_as_bytes().map_err(|_| EXPECTED)?).map_err(|_| EXPECTED)?;
    Ok(key)
}

/// base64url without padding, by the only decoder at hand: jsonwebtoken takes a key of this kind as it is.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let key = DecodingKey::from_ed_components(text).ok()?;
    key.try_get_as_bytes().map(<[u8]>::to_vec).ok()
}

//! The bearer token: what the runner signs and what every gateway must verify.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// What the floor and the naive gateway want to know of a caller.
#[derive(Deserialize)]
pub struct Claims {
    /// Becomes `x-user-id`.
    pub sub: String,
    /// Becomes `x-user-roles`, joined by commas.
    pub roles: Vec<String>,
}

#[derive(Serialize)]
struct Issued<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: u64,
    exp: u64,
    roles: [&'a str; 2],
    scope: &'a str,
}

/// HS256 only, with issuer, audience, expiry and subject required: the least that is safe.
pub fn validation(settings: &Settings) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[&settings.issuer]);
    validation.set_audience(&[&settings.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation
}

/// Who asks. Another user is another caller, and so is the same user with another role: what services answer may depend on it.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// Becomes `x-user-id`.
    pub user: &'a str,
    /// A role beside `customer`.
    pub role: &'a str,
}

/// What tokens are signed with.
#[derive(Clone)]
pub enum Signer {
    /// HS256, with the secret of [`Settings`].
    Secret,
    /// RS256, with this key.
    Rsa(EncodingKey),
}

/// A caller's token, which outlives any run.
pub fn sign(settings: &Settings, signer: &Signer, caller: Caller<'_>) -> Result<String> {
    let Settings { issuer, audience, secret, .. } = settings;
    match signer {
        Signer::Secret => sign_as(issuer, audience, secret, caller),
        Signer::Rsa(key) => sign_with(issuer, audience, Algorithm::RS256, key, caller),
    }
}

/// The same for a BFF that has other services than those of [`Settings`].
pub fn sign_as(issuer: &str, audience: &str, secret: &str, caller: Caller<'_>) -> Result<String> {
    sign_with(issuer, audience, Algorithm::HS256, &EncodingKey::from_secret(secret.as_bytes()), caller)
}

fn sign_with(
    issuer: &str,
    audience: &str,
    algorithm: Algorithm,
    key: &EncodingKey,
    caller: Caller<'_>,
) -> Result<String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let claims = Issued {
        iss: issuer,
        aud: audience,
        sub: caller.user,
        iat: now.as_secs(),
        exp: (now + Duration::from_hours(24)).as_secs(),
        roles: ["customer", caller.role],
        scope: "profile:read orders:read notifications:read",
    };
    Ok(jsonwebtoken::encode(&Header::new(algorithm), &claims, key)?)
}

//! What a service does to tell that it was the BFF who called: [`Accepts`] checks the internal credential of a call.
//!
//! It is as small as it can be in a service that means it. A secret is compared in constant time, and two are accepted while
//! one takes the place of the other. A token is believed for its signature by a key of the JWKS, its `typ`, `iss`, `aud` and
//! `exp`, and for naming the caller that the headers name: a token of one caller is worth nothing beside another's name.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bff_core::{
    auth::{TENANT_ID, USER_ID, USER_ROLES},
    sender::{INTERNAL_SECRET, INTERNAL_TOKEN, TOKEN_TYPE},
};
use http::{HeaderMap, HeaderName};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde::Deserialize;

use crate::token;

/// What a service accepts of its callers.
#[derive(Clone)]
pub enum Accepts {
    /// One of these secrets.
    Secrets(Vec<String>),
    /// A token of this sender for this service.
    Tokens {
        /// The sender's public keys.
        keys: JwkSet,
        /// The `iss` of its tokens: the BFF's name.
        issuer: String,
        /// The `aud` of those for this service: its name in the BFF's configuration.
        audience: String,
    },
}

/// Why a call is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no credential, or there are two.
    #[error("not one credential")]
    NotOne,
    /// Another secret.
    #[error("another secret")]
    Secret,
    /// Not signed by a known key for this service by this sender.
    #[error("not a token of this sender for this service")]
    Token,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It was made for another caller than the headers name.
    #[error("the token is another caller's")]
    Caller,
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
    sub: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    tenant: Option<String>,
}

impl Accepts {
    /// One of these secrets.
    pub fn secrets<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Secrets(secrets.into_iter().map(str::to_owned).collect())
    }

    /// Tokens of `issuer` for `audience`, by the keys of a `/jwks.json`. Panics if that is none.
    pub fn tokens(jwks: &str, issuer: &str, audience: &str) -> Self {
        let keys = serde_json::from_str(jwks).unwrap_or_else(|error| panic!("no JWKS: {error}: {jwks}"));
        Self::Tokens { keys, issuer: issuer.to_owned(), audience: audience.to_owned() }
    }

    /// Whether a call with these headers, or this metadata, is the sender's.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refused> {
        self.check_at(headers, token::now())
    }

    /// The same at a given time, in Unix seconds.
    pub fn check_at(&self, headers: &HeaderMap, now: u64) -> Result<(), Refused> {
        match self {
            Self::Secrets(known) => {
                let given = one(headers, &INTERNAL_SECRET)?.ok_or(Refused::NotOne)?;
                let is = |known: &String| verify_slices_are_equal(known.as_bytes(), given.as_bytes()).is_ok();
                if known.iter().any(is) { Ok(()) } else { Err(Refused::Secret) }
            }
            Self::Tokens { keys, issuer, audience } => {
                let token = one(headers, &INTERNAL_TOKEN)?.ok_or(Refused::NotOne)?;
                let claims = verified(token, keys, issuer, audience).ok_or(Refused::Token)?;
                if now >= claims.exp {
                    return Err(Refused::Expired);
                }
                claims.is_of(headers)
            }
        }
    }
}

/// The claims, if a known key signed them for this service.
fn verified(token: &str, keys: &JwkSet, issuer: &str, audience: &str) -> Option<Claims> {
    // Fails only if one is installed already.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let header = jsonwebtoken::decode_header(token).ok()?;
    let key = keys.find(header.kid.as_deref()?)?;
    // The key says how it is used, and not the token (RFC 8725, section 3.1).
    let algorithm: Algorithm = key.common.key_algorithm?.to_string().parse().ok()?;
    if header.typ.as_deref() != Some(TOKEN_TYPE) {
        return None;
    }
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    // By the time of whoever asks.
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(key).ok()?;
    jsonwebtoken::decode(token, &key, &validation).ok().map(|token| token.claims)
}

impl Claims {
    fn is_of(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let roles = if self.roles.is_empty() { None } else { Some(self.roles.join(",")) };
        for (name, said) in [
            (USER_ID, self.sub.as_deref()),
            (USER_ROLES, roles.as_deref()),
            (TENANT_ID, self.tenant.as_deref()),
        ] {
            if one(headers, &name)? != said {
                return Err(Refused::Caller);
            }
        }
        Ok(())
    }
}

/// The one value of a header, if there is any.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refused> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Refused::NotOne),
        _ => Err(Refused::NotOne),
    }
}

impl fmt::Debug for Accepts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secrets(known) => write!(formatter, "Secrets({} of them)", known.len()),
            Self::Tokens { issuer, audience, .. } => write!(formatter, "Tokens({issuer} to {audience})"),
        }
    }
}

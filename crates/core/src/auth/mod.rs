//! Who is asking, and may they?
//!
//! [`Authenticator`] turns what a request carries into an [`Identity`], a route's [`Policy`] says whether that identity may call
//! it. What counts is a bearer token ([`Verifier`]: a signed JWT, RFC 7519, of a configured issuer, judged by the best current
//! practices of RFC 8725), an API key of ours ([`KeyStore`]), or a client certificate ([`PeerCertificate`]).
//!
//! Keys that an issuer publishes are fetched in the background; no request fetches anything, and there is no introspection
//! and no session. This module does not answer clients either: it returns errors, and the boundary turns them into replies.
//!
//! ```
//! use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
//!
//! let mut headers = HeaderMap::new();
//! assert_eq!(bff_core::auth::bearer(&headers), Ok(None));
//! headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer abc.def.ghi"));
//! assert_eq!(bff_core::auth::bearer(&headers), Ok(Some("abc.def.ghi")));
//! ```

mod api_key;
mod authenticator;
mod certificate;
mod claims;
mod credential;
mod identity;
pub(crate) mod issuer;
mod json;
mod jws;
mod jwt;
mod policy;
mod revoked;
#[cfg(test)]
mod tests;
mod token_cache;
mod watched;

pub use api_key::{
    API_KEY, ApiKeyError,
    issue::IssuedKey,
    record::{KeyHash, KeyRecord},
    store::{Finding, KeyStore, StoreUnavailable},
};
pub use authenticator::{Authenticator, Refused};
pub use certificate::PeerCertificate;
pub use credential::{API_KEY_ISSUER, CERTIFICATE_ISSUER, Credential};
pub use identity::{Identity, TENANT_ID, USER_ID, USER_ROLES, is_reserved};
pub use jwt::{MAX_TOKEN_BYTES, Verifier};
pub use policy::{
    Denied, Names, Need, Policy, Public, WhoMayCall, any_role, any_scope, public, role, scope, signed_in,
};
pub use revoked::Revocations;

pub(crate) use api_key::{file::FileKeys, format::MAX_PREFIX};
pub(crate) use certificate::Certificates;
pub(crate) use credential::Unfit;
#[cfg(any(fuzzing, test))]
pub(crate) use {api_key::ApiKeys, issuer::KeySet};

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, header::AUTHORIZATION};

use crate::problem::Code;

/// A clock before 1970 is broken: then no credential is valid, rather than all.
fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs())
}

/// The token of a request, if it has one (RFC 6750 section 2.1).
///
/// A request without `Authorization` is anonymous. A request with one that we cannot read is not: to treat it as
/// anonymous would answer the wrong question, so another scheme, two headers or two tokens are `Malformed`.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, TokenError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(TokenError::Malformed);
    }
    let value = value.to_str().map_err(|_| TokenError::Malformed)?;
    let (scheme, token) = value.split_once(' ').ok_or(TokenError::Malformed)?;
    let token = token.trim_start_matches(' ');
    // A comma would begin a second credential in an Authorization header that a proxy has joined from two.
    let is_one_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
    if scheme.eq_ignore_ascii_case("bearer") && is_one_token {
        Ok(Some(token))
    } else {
        Err(TokenError::Malformed)
    }
}

/// A key of an issuer that cannot be used. It never prints the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KeyError {
    /// The issuer's name in the configuration.
    pub issuer_name: String,
    /// The key in the configuration, what it is and what was expected.
    pub message: String,
}

/// Why a token is not believed.
///
/// `Display` is for the client and [`log_reason`](Self::log_reason) for the log. Neither contains any part of the
/// token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one bearer token of three base64url parts with JSON objects of unique names.
    #[error("the Authorization header does not carry one well-formed bearer token")]
    Malformed,
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is larger than 8 KiB")]
    TooLarge,
    /// Its `iss` is none of the configured issuers.
    #[error("the token is not valid")]
    UnknownIssuer,
    /// Its `alg` is not the one algorithm of its issuer.
    #[error("the token is not valid")]
    WrongAlgorithm,
    /// It names none of its issuer's keys, or none where there are several.
    #[error("the token is not valid")]
    UnknownKey,
    /// Its issuer's keys are not known, and the issuer does not answer: the token may be good. Seconds until it is asked
    /// again.
    #[error("the keys of the token's issuer are not known at the moment")]
    IssuerUnavailable(u32),
    /// Its issuer's key did not sign it.
    #[error("the token is not valid")]
    BadSignature,
    /// Its `exp` is past.
    #[error("the token has expired")]
    Expired,
    /// Its `nbf` is in the future.
    #[error("the token is not valid")]
    NotYetValid,
    /// Its `aud` does not name us.
    #[error("the token is not valid")]
    WrongAudience,
    /// This claim is absent though required, of the wrong type, or not allowed.
    #[error("the token is not valid")]
    BadClaim(&'static str),
    /// It was revoked.
    #[error("the token is not valid")]
    Revoked,
    /// It has a `crit` or `b64` header, or a `typ` of something else than an access token.
    #[error("the token is not valid")]
    Unsupported,
}

impl TokenError {
    /// The stable code for clients: an expired token can be refreshed, one whose issuer is away can be sent again, any
    /// other cannot be helped.
    pub fn code(self) -> Code {
        match self {
            Self::Expired => Code::ExpiredToken,
            Self::IssuerUnavailable(_) => Code::IssuerUnavailable,
            _ => Code::InvalidToken,
        }
    }

    /// What exactly is wrong, for the log.
    pub fn log_reason(self) -> &'static str {
        match self {
            Self::Malformed => "not one bearer token of three base64url parts of JSON with unique names",
            Self::TooLarge => "larger than 8 KiB",
            Self::UnknownIssuer => "iss is not a configured issuer",
            Self::WrongAlgorithm => "alg is not the algorithm of the issuer",
            Self::UnknownKey => "kid is absent or names no key of the issuer",
            Self::IssuerUnavailable(_) => "no keys of the issuer are known, and it does not answer",
            Self::BadSignature => "not signed with the key of the issuer",
            Self::Expired => "exp is past",
            Self::NotYetValid => "nbf is in the future",
            Self::Revoked => "revoked",
            Self::WrongAudience => "aud does not name our audience",
            Self::Unsupported => "crit or b64 is present, or typ is not JWT or at+jwt",
            Self::BadClaim(name) => match name {
                "iss" => "iss is absent or not a string",
                "aud" => "aud is absent or not a string or an array of strings",
                "sub" => "sub is absent, not a string, or cannot be a header value",
                "exp" => "exp is absent or not a date before the year 10000",
                "nbf" => "nbf is not a date before the year 10000",
                "iat" => "iat is not a date before the year 10000",
                "roles" => "roles is not an array of at most 64 strings that can be a header value",
                "scope" => "scope is not a string of names with single spaces between",
                "scp" => "scp is not an array of scope names, or stands beside scope",
                "jti" => "jti is not a string",
                "sid" => "sid is not a string",
                "account" => "account is not a string that can be a header value",
                _ => "a claim is not as it must be",
            },
        }
    }
}

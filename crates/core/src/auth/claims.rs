//! The claims of a token, strictly typed: whatever we read is what the RFCs say, or the token is invalid.
//!
//! `jsonwebtoken` lets a null, nested or otherwise unparsable claim pass as an absent one unless it is told not to.
//! Here each claim is read by its own type, and null is a type of its own. Claims that we do not use are ignored, as
//! RFC 7519 section 4 wants.
//!
//! Nothing here checks a signature: until the verifier has, these are the claims of anybody.

use serde::Deserialize;

use super::{TokenError, identity::is_scope, json::JsonObject};

/// The last second of the year 9999. A later date is a mistake, such as milliseconds, and would make a token eternal.
const LAST_DATE: f64 = 253_402_300_799.0;

/// What a token says.
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) audience: Vec<String>,
    /// Unix seconds; a fraction is rounded down, to the safe side.
    pub(super) expires_at: u64,
    /// Unix seconds; a fraction is rounded up, to the safe side.
    pub(super) not_before: Option<u64>,
    pub(super) roles: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) account: Option<String>,
    /// `jti`
    pub(super) token_id: Option<String>,
    /// `sid` of OpenID Connect.
    pub(super) session: Option<String>,
    /// Unix seconds; a fraction is rounded down, to the safe side.
    pub(super) issued_at: Option<u64>,
}

impl Claims {
    /// Reads the payload of a token.
    pub(super) fn read(payload: &JsonObject) -> Result<Self, TokenError> {
        let issued_at = payload.get::<f64>("iat")?.map(|date| in_range(date, "iat")).transpose()?;
        Ok(Self {
            issuer: payload.require("iss")?,
            subject: payload.require("sub")?,
            audience: match payload.require("aud")? {
                Audience::One(name) => vec![name],
                Audience::Several(names) => names,
            },
            expires_at: seconds(in_range(payload.require("exp")?, "exp")?.floor()),
            not_before: match payload.get::<f64>("nbf")? {
                Some(date) => Some(seconds(in_range(date, "nbf")?.ceil())),
                None => None,
            },
            roles: payload.get("roles")?.unwrap_or_default(),
            scopes: scopes(payload)?,
            account: payload.get("account")?,
            token_id: payload.get("jti")?,
            session: payload.get("sid")?,
            issued_at: issued_at.map(|date| seconds(date.floor())),
        })
    }
}

/// `aud`: a string or an array of strings (RFC 7519 section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A NumericDate (RFC 7519 section 2): seconds, possibly with a fraction.
fn in_range(date: f64, claim: &'static str) -> Result<f64, TokenError> {
    if (0.0..=LAST_DATE).contains(&date) { Ok(date) } else { Err(TokenError::BadClaim(claim)) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to LAST_DATE"
)]
fn seconds(date: f64) -> u64 {
    date as u64
}

/// `scope` (RFC 8693 section 4.2), or the array `scp` of issuers that prefer one. Both would be two answers.
fn scopes(payload: &JsonObject) -> Result<Vec<String>, TokenError> {
    let (claim, scopes) = match (payload.get::<String>("scope")?, payload.get::<Vec<String>>("scp")?) {
        (Some(_), Some(_)) => return Err(TokenError::BadClaim("scp")),
        // The grammar wants at least one, but issuers write an empty string for none, and none grants nothing.
        (Some(scope), None) if scope.is_empty() => return Ok(Vec::new()),
        (Some(scope), None) => ("scope", scope.split(' ').map(str::to_owned).collect()),
        (None, Some(scopes)) => ("scp", scopes),
        (None, None) => return Ok(Vec::new()),
    };
    if scopes.iter().all(|scope| is_scope(scope)) { Ok(scopes) } else { Err(TokenError::BadClaim(claim)) }
}

//! Verifies tokens: the signature with the one key of the issuer, then every claim.
//!
//! The rules are those of RFC 8725. An issuer has one algorithm and one key, both ours by configuration, so no token
//! chooses how it is verified: `none` never passes, a public key never serves as an HMAC secret, and the header's
//! `jku`, `jwk`, `x5u`, `x5c` and `kid` are not even read. `jsonwebtoken` checks signatures only: its own check of
//! claims lets absent and malformed ones pass by default, and reads the clock itself.
//!
//! There is no I/O here. `keys` reads the keys; one that changes is a new [`Verifier`].

use std::{
    collections::HashMap,
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::crypto;

use super::{
    Identity, TokenError,
    claims::{Claims, JsonObject},
    keys::{Issuer, KeyError},
    token_cache::{TokenCache, TokenHash},
};
use crate::config::AuthConfig;

/// The largest token that is looked at: 8 KiB.
pub const MAX_TOKEN_BYTES: usize = 8 << 10;

/// Turns tokens into identities. One serves the whole process; it remembers whom it has verified.
pub struct Verifier {
    issuers: HashMap<String, Issuer>,
    leeway: u64,
    cache: TokenCache,
}

impl Verifier {
    /// Reads the keys of all issuers, and reports all that cannot be used.
    pub fn new(config: &AuthConfig) -> Result<Self, Vec<KeyError>> {
        // A second backend, switched on by some other crate, would make the first token panic. The error says that a
        // provider is installed already, which is all we want.
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut issuers = HashMap::new();
        let mut errors = Vec::new();
        for (name, issuer) in &config.issuers {
            let read = if issuers.contains_key(&issuer.issuer) {
                Err(("issuer", "is the issuer of another entry; expected one entry an issuer"))
            } else {
                Issuer::read(issuer)
            };
            match read {
                Ok(read) => drop(issuers.insert(issuer.issuer.clone(), read)),
                Err((key, problem)) => errors.push(KeyError {
                    issuer_name: name.clone(),
                    message: format!("auth.issuers.{name}.{key} {problem}"),
                }),
            }
        }
        if errors.is_empty() {
            let cache = TokenCache::new(config.token_cache);
            Ok(Self { issuers, leeway: config.leeway.as_secs(), cache })
        } else {
            Err(errors)
        }
    }

    /// Who the caller with this token is.
    ///
    /// A hit in the cache costs a hash of the token, a miss a signature.
    pub fn verify(&self, token: &str) -> Result<Arc<Identity>, TokenError> {
        // A clock before 1970 is broken: then no token is valid, rather than all.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
        self.verify_at(token, now)
    }

    /// Forgets that a token was verified.
    pub(super) fn forget(&self, token: &str) {
        self.cache.remove(&TokenHash::of(token));
    }

    /// The same at a given time, in Unix seconds.
    pub(super) fn verify_at(&self, token: &str, now: u64) -> Result<Arc<Identity>, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let hash = TokenHash::of(token);
        if let Some(identity) = self.cache.get(&hash, now) {
            return Ok(identity);
        }
        let identity = Arc::new(self.check(token, now)?);
        self.cache.insert(hash, Arc::clone(&identity), self.end_of(identity.expires_at()), now);
        Ok(identity)
    }

    /// The whole way of a token that is not in the cache.
    fn check(&self, token: &str, now: u64) -> Result<Identity, TokenError> {
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        let header = JsonObject::decode(header)?;
        let claims = Claims::read(&JsonObject::decode(payload)?)?;

        // Not verified yet, `iss` only chooses the key that the signature must match.
        let issuer = self.issuers.get(&claims.issuer).ok_or(TokenError::UnknownIssuer)?;
        check_header(&header, issuer.alg)?;
        match crypto::verify(signature, message.as_bytes(), &issuer.key, issuer.algorithm) {
            Ok(true) => {}
            Ok(false) => return Err(TokenError::BadSignature),
            Err(_) => return Err(TokenError::Malformed),
        }

        if now >= self.end_of(claims.expires_at) {
            return Err(TokenError::Expired);
        }
        if claims.not_before.is_some_and(|start| now.saturating_add(self.leeway) < start) {
            return Err(TokenError::NotYetValid);
        }
        if !claims.audience.contains(&issuer.audience) {
            return Err(TokenError::WrongAudience);
        }
        Identity::of_token(claims)
    }

    /// The first Unix second at which a token is refused: "on or after" its `exp` (RFC 7519 section 4.1.4).
    fn end_of(&self, expires_at: u64) -> u64 {
        expires_at.saturating_add(self.leeway)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("issuers", &self.issuers.keys()).finish_non_exhaustive()
    }
}

/// `alg` is the issuer's (RFC 8725 section 3.1), no extension is critical (RFC 7515 section 4.1.11), and `typ` tells
/// no other kind of JWT, such as a logout token of the same issuer (RFC 8725 section 3.11, RFC 9068 section 4).
fn check_header(header: &JsonObject, alg: &str) -> Result<(), TokenError> {
    if !header.get::<String>("alg").is_ok_and(|theirs| theirs.as_deref() == Some(alg)) {
        return Err(TokenError::WrongAlgorithm);
    }
    let typ = header.get::<String>("typ").map_err(|_| TokenError::Unsupported)?;
    let is_access_token = typ.is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if header.has("crit") || !is_access_token { Err(TokenError::Unsupported) } else { Ok(()) }
}

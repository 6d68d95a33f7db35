//! Verifies tokens: the signature with a key of the issuer, then every claim.
//!
//! The rules are those of RFC 8725. An issuer has one algorithm, ours by configuration, and its keys are those of the
//! configuration or those that it publishes, so no token chooses how it is verified: `none` never passes, a public key
//! never serves as an HMAC secret, and the header's `jku`, `jwk`, `x5u` and `x5c` are not even read. A `kid` is read where an
//! issuer has several keys, and names one of those. `jsonwebtoken` checks signatures only: its own check of claims lets
//! absent and malformed ones pass by default, and reads the clock itself.
//!
//! There is no I/O here. `issuer` has the keys, and follows those that change.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use futures::future::join_all;
use jsonwebtoken::crypto;

use super::{
    Identity, KeyError, TokenError,
    claims::Claims,
    issuer::{Followed, Found, Issuer, Keys},
    json::JsonObject,
    jws::Compact,
    token_cache::{TokenCache, TokenHash},
    unix_now,
};
use crate::{call::SharedResolver, config::AuthConfig, telemetry::metrics::tally::Tally};

/// The largest token that is looked at: 8 KiB.
pub const MAX_TOKEN_BYTES: usize = 8 << 10;

/// Turns tokens into identities. One serves the whole process; it remembers whom it has verified.
pub struct Verifier {
    issuers: HashMap<String, Issuer>,
    leeway: u64,
    cache: TokenCache,
    hits: Tally,
    misses: Tally,
}

impl Verifier {
    /// Reads the keys of all issuers, and reports all that cannot be used. Keys that are fetched come later, with
    /// [`load`](Self::load) and [`follow`](Self::follow).
    pub fn new(config: &AuthConfig) -> Result<Self, Vec<KeyError>> {
        Self::with_resolver(config, &SharedResolver::default())
    }

    pub(crate) fn with_resolver(
        config: &AuthConfig,
        resolver: &SharedResolver,
    ) -> Result<Self, Vec<KeyError>> {
        // A second backend, switched on by some other crate, would make the first token panic. The error says that a
        // provider is installed already, which is all we want.
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut issuers = HashMap::new();
        let mut errors = Vec::new();
        for (name, issuer) in &config.issuers {
            let read = if issuers.contains_key(&issuer.issuer) {
                Err(("issuer", "is the issuer of another entry; expected one entry an issuer".to_owned()))
            } else {
                Issuer::read(name, issuer, config, resolver)
            };
            match read {
                Ok(read) => drop(issuers.insert(issuer.issuer.clone(), read)),
                Err((key, problem)) => errors.push(KeyError {
                    issuer_name: name.clone(),
                    message: format!("auth.issuers.{name}.{key} {problem}"),
                }),
            }
        }
        if errors.is_empty() { Ok(Self::with_issuers(issuers, config)) } else { Err(errors) }
    }

    /// One of these issuers, for tests of what they publish.
    #[cfg(test)]
    pub(super) fn of(issuers: HashMap<String, Issuer>, config: &AuthConfig) -> Self {
        Self::with_issuers(issuers, config)
    }

    fn with_issuers(issuers: HashMap<String, Issuer>, config: &AuthConfig) -> Self {
        Self {
            issuers,
            leeway: config.leeway.as_secs(),
            cache: TokenCache::new(config.token_cache),
            hits: Tally::default(),
            misses: Tally::default(),
        }
    }

    /// Fetches the keys that are not known yet, once, for 2 s at most.
    pub async fn load(&self) {
        join_all(self.followed().map(|keys| keys.step())).await;
    }

    /// Keeps the keys that issuers publish up to date for as long as it is polled.
    pub async fn follow(self: Arc<Self>) {
        join_all(self.followed().map(|keys| keys.follow())).await;
    }

    /// Whether the keys of all issuers are known.
    pub fn is_ready(&self) -> bool {
        self.followed().all(|keys| keys.is_ready())
    }

    /// The issuers, by their names in the configuration, of which no key was ever read.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        self.followed().filter(|keys| !keys.was_ever_ready()).map(|keys| keys.name())
    }

    /// The issuers whose keys are fetched, by their names in the configuration, and how long ago they were last heard of; nothing
    /// for one whose keys are not known.
    pub fn ages(&self) -> impl Iterator<Item = (&str, Option<Duration>)> {
        self.followed().map(|keys| (keys.name(), keys.age()))
    }

    /// Tokens that were found among those that had been verified, and tokens that were not.
    pub(crate) fn lookups(&self) -> (u64, u64) {
        (self.hits.get(), self.misses.get())
    }

    fn followed(&self) -> impl Iterator<Item = &Arc<Followed>> {
        self.issuers.values().filter_map(|issuer| match &issuer.keys {
            Keys::Fixed(_) => None,
            Keys::Followed(keys) => Some(keys),
        })
    }

    /// Who the caller with this token is.
    ///
    /// A hit in the cache costs a hash of the token, a miss a signature. It waits only for a key that is not known, if its
    /// issuer is well and was not asked just before.
    pub async fn verify(&self, token: &str) -> Result<Arc<Identity>, TokenError> {
        self.verify_as_of(token, unix_now()).await
    }

    /// Forgets that a token was verified.
    pub(super) fn forget(&self, token: &str) {
        self.cache.remove(&TokenHash::of(token));
    }

    /// The same at a given time, in Unix seconds.
    pub(crate) async fn verify_as_of(&self, token: &str, now: u64) -> Result<Arc<Identity>, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let hash = TokenHash::of(token);
        if let Some(identity) = self.cache.get(&hash, now) {
            self.hits.increase();
            return Ok(identity);
        }
        self.misses.increase();
        let keys = match self.check(token, now) {
            Ok(identity) => return Ok(self.remember(hash, identity, now)),
            Err(Refusal::Token(error)) => return Err(error),
            Err(Refusal::UnknownKey(keys)) => keys,
        };
        // Boxed, since it is rare and every request's future would have room for it.
        Box::pin(keys.ask()).await?;
        match self.check(token, now) {
            Ok(identity) => Ok(self.remember(hash, identity, now)),
            Err(Refusal::Token(error)) => Err(error),
            Err(Refusal::UnknownKey(keys)) => Err(keys.refusal()),
        }
    }

    fn remember(&self, hash: TokenHash, identity: Identity, now: u64) -> Arc<Identity> {
        let identity = Arc::new(identity);
        self.cache.insert(hash, Arc::clone(&identity), self.end_of(identity.expires_at()), now);
        identity
    }

    /// The whole way of a token that is not in the cache.
    fn check(&self, token: &str, now: u64) -> Result<Identity, Refusal<'_>> {
        let token = Compact::read(token)?;
        let claims = Claims::read(&JsonObject::decode(token.payload())?)?;

        // Not verified yet, `iss` only chooses the keys of which one must match the signature.
        let issuer = self.issuers.get(&claims.issuer).ok_or(TokenError::UnknownIssuer)?;
        token.check_header(issuer.alg)?;
        let key = match &issuer.keys {
            Keys::Fixed(key) => Arc::clone(key),
            Keys::Followed(keys) => match keys.find(token.kid()?.as_deref()) {
                Found::Key(key) => key,
                Found::Unnamed => return Err(TokenError::UnknownKey.into()),
                Found::Unknown => {
                    // Nothing is fetched for a token that no key can help.
                    self.judge(&claims, issuer, now)?;
                    return Err(Refusal::UnknownKey(keys));
                }
            },
        };
        token.check_signature(&key)?;
        self.judge(&claims, issuer, now)?;
        Ok(Identity::of_token(claims, key)?)
    }

    /// Whether it is meant for us, and for now.
    fn judge(&self, claims: &Claims, issuer: &Issuer, now: u64) -> Result<(), TokenError> {
        if now >= self.end_of(claims.expires_at) {
            return Err(TokenError::Expired);
        }
        if claims.not_before.is_some_and(|start| now.saturating_add(self.leeway) < start) {
            return Err(TokenError::NotYetValid);
        }
        if claims.audience.contains(&issuer.audience) { Ok(()) } else { Err(TokenError::WrongAudience) }
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

/// Why a token is not believed now.
enum Refusal<'a> {
    Token(TokenError),
    /// Its key is not among those that are known of its issuer.
    UnknownKey(&'a Followed),
}

impl From<TokenError> for Refusal<'_> {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

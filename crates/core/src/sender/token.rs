//! The token of a call: who sends it, to whom, and as which caller it goes.
//!
//! A JWT (RFC 7519) that is signed with our own key. `iss` is the BFF's name, `aud` the service's name in the configuration;
//! `sub`, `roles` and `tenant` are the caller as the headers state it, and absent where they state none, so that a token of one
//! call proves no other caller. It lives for a minute: long enough for a call and a clock that is off, too short to collect.
//!
//! A signature costs some tens of microseconds, so tokens are kept, one for each caller and service, and made anew at half
//! their life: no attempt leaves with less than the other half.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderValue;
use jsonwebtoken::Header;
use moka::sync::Cache;
use serde::Serialize;

use super::{SigningKey, TOKEN_TYPE};
use crate::auth::Identity;

/// Seconds from `iat` to `exp`.
pub(super) const LIFE: u64 = 60;

/// A token of this age, in seconds, is made anew.
pub(super) const HALF: u64 = LIFE / 2;

/// Makes the tokens of one service, for all workers.
pub(crate) struct Minter {
    key: Arc<SigningKey>,
    header: Header,
    issuer: Box<str>,
    audience: Box<str>,
    kept: Cache<usize, Arc<Kept>>,
}

/// A token, and whose it is: while it is kept nobody else can have its caller's place in memory, which is its key.
struct Kept {
    identity: Option<Arc<Identity>>,
    token: HeaderValue,
    /// Unix seconds.
    issued_at: u64,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
}

impl Minter {
    pub(super) fn new(key: Arc<SigningKey>, issuer: &str, audience: &str, capacity: u64) -> Self {
        let kept = Cache::builder().max_capacity(capacity).time_to_live(Duration::from_secs(LIFE)).build();
        let header = Header {
            typ: Some(TOKEN_TYPE.to_owned()),
            kid: Some(key.id().to_owned()),
            ..Header::new(key.algorithm())
        };
        Self { key, header, issuer: issuer.into(), audience: audience.into(), kept }
    }

    /// The token of a call as this caller, or as nobody. `None` if it can't be signed.
    pub(super) fn token(&self, identity: Option<&Arc<Identity>>) -> Option<HeaderValue> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        self.token_at(identity, now)
    }

    /// The same at a given time, in Unix seconds.
    pub(super) fn token_at(&self, identity: Option<&Arc<Identity>>, now: u64) -> Option<HeaderValue> {
        let place = identity.map_or(0, |identity| Arc::as_ptr(identity).addr());
        // By the clock that services judge it by: one that was set back makes it anew as well.
        let is_young = |kept: &Arc<Kept>| (kept.issued_at..kept.issued_at + HALF).contains(&now);
        if let Some(kept) = self.kept.get(&place).filter(is_young) {
            debug_assert_eq!(
                kept.identity.as_ref().map_or(0, |identity| Arc::as_ptr(identity).addr()),
                place
            );
            return Some(kept.token.clone());
        }
        let token = self.sign(identity.map(AsRef::as_ref), now)?;
        let kept = Kept { identity: identity.cloned(), token: token.clone(), issued_at: now };
        self.kept.insert(place, Arc::new(kept));
        Some(token)
    }

    fn sign(&self, identity: Option<&Identity>, now: u64) -> Option<HeaderValue> {
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            iat: now,
            exp: now.saturating_add(LIFE),
            sub: identity.map(Identity::id),
            roles: identity.map_or(&[], Identity::roles),
            tenant: identity.and_then(Identity::account),
        };
        let token = self.key.sign(&self.header, &claims)?;
        let mut token = HeaderValue::try_from(token).ok()?;
        token.set_sensitive(true);
        Some(token)
    }
}

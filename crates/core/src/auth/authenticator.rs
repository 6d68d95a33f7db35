//! The one place that turns what a request carries into who asks.
//!
//! A request has one credential: a bearer token, an API key, or the certificate of its connection where it has neither of the
//! two. A token and a key together are refused: two answers to "who asks" are none.

use std::{fmt, sync::Arc, time::Duration};

use futures::future::{join, join_all};
use http::{HeaderMap, header::AUTHORIZATION};

use super::{
    Credential, Identity, TokenError, Verifier,
    api_key::{API_KEY, ApiKeyError, ApiKeys, store::KeyStore},
    bearer,
    certificate::{Certificates, PeerCertificate},
    revoked::{self, Revocations},
    unix_now,
};
use crate::{config::AuthConfig, problem::Code};

/// Knows all credentials that a BFF accepts. One serves the whole process.
pub struct Authenticator {
    tokens: Arc<Verifier>,
    keys: Option<ApiKeys>,
    certificates: Certificates,
    revoked: Revocations,
}

impl Authenticator {
    /// Of a checked configuration, with the store of its API keys where it has `[auth.api_keys]`.
    pub fn new(
        config: &AuthConfig,
        tokens: Verifier,
        store: Option<Arc<dyn KeyStore>>,
        revoked: Revocations,
    ) -> Self {
        let keys = config.api_keys.as_ref().zip(store).map(|(config, store)| ApiKeys::new(config, store));
        Self { tokens: Arc::new(tokens), keys, certificates: Certificates::new(config), revoked }
    }

    /// Who asks, `None` for a request without a credential. `certificate` is what the listener verified, if it did.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        certificate: Option<&PeerCertificate>,
    ) -> Result<Option<Arc<Identity>>, Refused> {
        let Some(identity) = self.identify(headers, certificate).await? else { return Ok(None) };
        match self.revoked.names(&identity) {
            Ok(false) => Ok(Some(identity)),
            Ok(true) => {
                if let Ok(Some(token)) = bearer(headers) {
                    self.tokens.forget(token);
                }
                Err(revoked(&identity))
            }
            Err(revoked::Unknown) => Err(Refused::Undecided),
        }
    }

    async fn identify(
        &self,
        headers: &HeaderMap,
        certificate: Option<&PeerCertificate>,
    ) -> Result<Option<Arc<Identity>>, Refused> {
        if let Some(keys) = self.keys.as_ref().filter(|_| headers.contains_key(API_KEY)) {
            if headers.contains_key(AUTHORIZATION) {
                return Err(Refused::Ambiguous);
            }
            return Ok(Some(keys.verify(headers).await?));
        }
        if let Some(token) = bearer(headers)? {
            return Ok(Some(self.tokens.verify(token).await?));
        }
        Ok(certificate.and_then(|certificate| self.certificates.find(certificate, unix_now())).cloned())
    }

    /// What knows the tokens.
    pub(crate) fn tokens(&self) -> &Verifier {
        &self.tokens
    }

    /// Whether `X-Api-Key` is a credential here.
    pub fn accepts_api_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// What must be known to answer callers and was never read, for people. Nothing, once all of it was.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let issuers = self.tokens.unknown().map(|name| format!("no keys of issuer {name:?} yet"));
        let keys = self.keys.iter().filter(|keys| !keys.store.is_ready());
        let keys = keys.map(|_| "the API keys were never read".to_owned());
        let revoked =
            (!self.revoked.are_known()).then(|| "the revocations in Redis were never read".to_owned());
        issuers.chain(keys).chain(revoked).collect()
    }

    /// The issuers whose keys are fetched, and how long ago they were last heard of.
    pub(crate) fn key_ages(&self) -> impl Iterator<Item = (&str, Option<Duration>)> {
        self.tokens.ages()
    }

    /// Fetches what must be known before the first request, for 2 s at most.
    pub(crate) async fn load(&self) {
        self.tokens.load().await;
    }

    /// Keeps up with where keys and revocations come from: beside the acceptor, until it is dropped.
    pub(crate) fn follow(&self) -> impl Future<Output = ()> + Send + use<> {
        let keys = self.keys.as_ref().map(|keys| Arc::clone(&keys.store).follow());
        let others = join_all(keys.into_iter().chain(self.revoked.follow()));
        let issuers = Arc::clone(&self.tokens).follow();
        async { drop(join(issuers, others).await) }
    }
}

fn revoked(identity: &Identity) -> Refused {
    match identity.credential() {
        Credential::ApiKey => ApiKeyError::Revoked.into(),
        Credential::Token | Credential::Certificate => TokenError::Revoked.into(),
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Authenticator")
            .field("tokens", &self.tokens)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// Why a request's credential is not accepted.
///
/// `Display` is for the client and [`log_reason`](Self::log_reason) for the log. Neither contains any part of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its bearer token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Its API key.
    #[error(transparent)]
    ApiKey(#[from] ApiKeyError),
    /// It has an `Authorization` header and an API key.
    #[error("send an Authorization header or an X-Api-Key header, not both")]
    Ambiguous,
    /// Nobody knows whether it is revoked: the list of the instances was never read.
    #[error("credentials can't be checked at the moment")]
    Undecided,
}

impl Refused {
    /// The stable code for clients.
    pub fn code(self) -> Code {
        match self {
            Self::Token(error) => error.code(),
            Self::ApiKey(ApiKeyError::Unavailable) | Self::Undecided => Code::Overloaded,
            Self::ApiKey(_) => Code::InvalidApiKey,
            Self::Ambiguous => Code::AmbiguousCredentials,
        }
    }

    /// What exactly is wrong, for the log.
    pub fn log_reason(self) -> &'static str {
        match self {
            Self::Token(error) => error.log_reason(),
            Self::ApiKey(error) => error.log_reason(),
            Self::Undecided => "the revocations in Redis were never read",
            Self::Ambiguous => "an Authorization header and an API key in one request",
        }
    }
}

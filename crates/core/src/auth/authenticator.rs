//! The one place that turns what a request carries into who asks.
//!
//! A request has one credential: a bearer token, an API key, or the certificate of its connection where it has neither of the
//! two. A token and a key together are refused: two answers to "who asks" are none.

use std::{fmt, pin::Pin, sync::Arc};

use http::{HeaderMap, header::AUTHORIZATION};

use super::{
    Identity, KeyError, TokenError, Verifier,
    api_key::{API_KEY, ApiKeyError, ApiKeys, store::KeyStore},
    bearer,
    certificate::{Certificates, PeerCertificate},
    unix_now,
};
use crate::{config::AuthConfig, problem::Code};

/// Knows all credentials that a BFF accepts. One serves the whole process.
pub struct Authenticator {
    tokens: Verifier,
    keys: Option<ApiKeys>,
    certificates: Certificates,
}

impl Authenticator {
    /// Of a checked configuration, with the store of its API keys where it has `[auth.api_keys]`.
    pub fn new(config: &AuthConfig, store: Option<Arc<dyn KeyStore>>) -> Result<Self, Vec<KeyError>> {
        let keys = config.api_keys.as_ref().zip(store).map(|(config, store)| ApiKeys::new(config, store));
        Ok(Self { tokens: Verifier::new(config)?, keys, certificates: Certificates::new(config) })
    }

    /// Who asks, `None` for a request without a credential. `certificate` is what the listener verified, if it did.
    pub async fn authenticate(
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
            return Ok(Some(self.tokens.verify(token)?));
        }
        Ok(certificate.and_then(|certificate| self.certificates.find(certificate, unix_now())).cloned())
    }

    /// Whether `X-Api-Key` is a credential here.
    pub fn accepts_api_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Keeps up with where API keys come from, if they do: beside the acceptor, until it is dropped.
    pub(crate) fn follow_keys(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        self.keys.as_ref().map(|keys| Arc::clone(&keys.store).follow())
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
}

impl Refused {
    /// The stable code for clients.
    pub fn code(self) -> Code {
        match self {
            Self::Token(TokenError::Expired) => Code::ExpiredToken,
            Self::Token(_) => Code::InvalidToken,
            Self::ApiKey(ApiKeyError::Unavailable) => Code::Overloaded,
            Self::ApiKey(_) => Code::InvalidApiKey,
            Self::Ambiguous => Code::AmbiguousCredentials,
        }
    }

    /// What exactly is wrong, for the log.
    pub fn log_reason(self) -> &'static str {
        match self {
            Self::Token(error) => error.log_reason(),
            Self::ApiKey(error) => error.log_reason(),
            Self::Ambiguous => "an Authorization header and an API key in one request",
        }
    }
}

//! How a service can tell that it was us who called: the internal credential, which goes beside the caller's identity.
//!
//! A service believes `X-User-Id` of whoever may say it. The credential says who may: a secret that both sides know
//! ([`INTERNAL_SECRET`]), or a token that we sign for one service and one identity and that lives for a minute
//! ([`INTERNAL_TOKEN`], [`token`]). Which one a service gets is `services.<name>.sender`, and what both are made of is
//! `[sender]`.
//!
//! It is written in the last step before the wire, so it goes where the attempt goes: to the configured endpoints of its
//! service, with each retry and hedge, and nowhere else, since no redirect is followed.
//!
//! It says nothing about the connection: who reads along learns a secret, and a token until it expires. That is for TLS.

mod keys;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use keys::{EITHER, PRIVATE, PublicKey, SenderKeys, SigningKey};

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;

use self::token::Minter;
use crate::{
    call::{CallError, Owner, Reason},
    config::{Sender, SenderConfig},
};

/// Carries the secret of `sender.secret` to services with `sender = "secret"`.
pub const INTERNAL_SECRET: HeaderName = HeaderName::from_static("x-internal-secret");
/// Carries a signed token to services with `sender = "token"`.
pub const INTERNAL_TOKEN: HeaderName = HeaderName::from_static("x-internal-token");
/// The `typ` of these tokens (RFC 8725, section 3.11): nobody takes one for a user's.
pub const TOKEN_TYPE: &str = "sender+jwt";

/// What one service is shown.
pub(crate) enum Credential {
    /// The same with every call.
    Secret(HeaderValue),
    /// One for each caller.
    Token(Arc<Minter>),
}

impl Credential {
    /// The credential of `service`, `None` for a service that gets none. `issuer` is our own name; `capacity` is for how many
    /// callers tokens are kept.
    ///
    /// Fails with what is missing, which a configuration that was checked has.
    pub(crate) fn new(
        sender: Sender,
        config: &SenderConfig,
        issuer: &str,
        service: &str,
        capacity: u64,
    ) -> Result<Option<Self>, String> {
        let missing = |key: &str| format!("services.{service}.sender: {key} is not set or can't be used");
        match sender {
            Sender::None => Ok(None),
            Sender::Secret => {
                let secret = config.secret.as_ref().map_or("", |secret| secret.expose_secret());
                let mut value = HeaderValue::from_str(secret).map_err(|_| missing("sender.secret"))?;
                if value.is_empty() {
                    return Err(missing("sender.secret"));
                }
                // Out of every Debug, and out of HPACK's tables.
                value.set_sensitive(true);
                Ok(Some(Self::Secret(value)))
            }
            Sender::Token => {
                let key = config.keys.signing.clone().ok_or_else(|| missing("sender.key_file"))?;
                Ok(Some(Self::Token(Arc::new(Minter::new(key, issuer, service, capacity)))))
            }
        }
    }

    /// Writes it beside the identity of `owner`.
    pub(crate) fn write(&self, headers: &mut HeaderMap, owner: &Owner) -> Result<(), CallError> {
        match self {
            Self::Secret(secret) => headers.insert(INTERNAL_SECRET, secret.clone()),
            Self::Token(minter) => {
                let token = minter.token(owner.identity());
                let unsigned = || CallError::new(Reason::Internal, "the sender's token could not be signed");
                headers.insert(INTERNAL_TOKEN, token.ok_or_else(unsigned)?)
            }
        };
        Ok(())
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Secret(_) => "Secret(hidden)",
            Self::Token(_) => "Token(hidden)",
        })
    }
}

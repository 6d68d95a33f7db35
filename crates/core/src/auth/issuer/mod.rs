//! Who signs tokens: an issuer, with one algorithm, and with one key of the configuration or with keys that come from
//! elsewhere.
//!
//! | file | is |
//! |---|---|
//! | `fixed` | the one key of the configuration |
//! | `key_set`, `jwk`, `key` | a key set (RFC 7517): bytes become keys |
//! | `source`, `address` | where a set is: a URL, a file, or where the issuer's own description says (OpenID Connect Discovery) |
//! | `followed`, `pace`, `told` | when it is fetched, what that ends, what a client gets meanwhile, and what the log says |

pub(crate) mod address;
mod fixed;
mod followed;
mod jwk;
mod key;
mod key_set;
mod pace;
mod roca;
mod source;
#[cfg(test)]
mod tests;
mod told;

#[cfg(test)]
pub(super) use fixed::of_bytes;
pub(super) use followed::{Followed, Found};
pub(super) use key::{Key, MAX_KID_BYTES};
#[cfg(any(fuzzing, test))]
pub(crate) use key_set::KeySet;

use std::sync::Arc;

use self::source::Source;
use crate::{
    call::SharedResolver,
    config::{Algorithm, AuthConfig, IssuerConfig},
};

/// RFC 7518 section 3.3.
const MIN_RSA_BITS: usize = 2048;
/// What the library verifies with.
const MAX_RSA_BITS: usize = 8192;

/// A key of the configuration, and what is wrong with it.
type Problem = (&'static str, String);

/// What its tokens are verified with.
pub(super) struct Issuer {
    pub(super) audience: String,
    /// The algorithm as tokens spell it.
    pub(super) alg: &'static str,
    pub(super) keys: Keys,
}

pub(super) enum Keys {
    /// The one of the configuration.
    Fixed(Arc<Key>),
    /// Those that the issuer publishes now.
    Followed(Arc<Followed>),
}

impl Issuer {
    pub(super) fn read(
        name: &str,
        config: &IssuerConfig,
        auth: &AuthConfig,
        resolver: &SharedResolver,
    ) -> Result<Self, Problem> {
        let wrong = |(key, problem): (&'static str, &str)| (key, problem.to_owned());
        if config.issuer.is_empty() {
            return Err(wrong(("issuer", "is empty; expected the `iss` of its tokens")));
        }
        // An empty one would accept a token with an empty `aud`.
        if config.audience.is_empty() {
            return Err(wrong(("audience", "is empty; expected the `aud` of its tokens")));
        }
        let absent = ("algorithm", "is absent; expected HS256, RS256, ES256 or EdDSA");
        let algorithm = config.algorithm.ok_or_else(|| wrong(absent))?;
        let keys = match source::of(config, resolver)? {
            None => Keys::Fixed(Arc::new(fixed::read(config, algorithm).map_err(wrong)?)),
            Some((key, _)) if algorithm == Algorithm::Hs256 => {
                return Err(wrong((key, "is for public keys; expected a secret for HS256")));
            }
            Some((key, source)) => {
                let followed = Arc::new(Followed::new(name, algorithm, source, auth));
                // A file is there already, so what is wrong with it is said at once.
                if let Some(bytes) = followed.at_hand() {
                    let read = bytes.and_then(|bytes| followed.learn(&bytes));
                    read.map_err(|fault| (key, format!("can't be used: {fault}")))?;
                }
                Keys::Followed(followed)
            }
        };
        Ok(Self { audience: config.audience.clone(), alg: algorithm.as_str(), keys })
    }
}

impl Algorithm {
    /// As tokens and keys spell it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    fn of_jwt(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

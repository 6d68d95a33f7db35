//! The kinds of credentials, and what all of them say of their holder.
//!
//! An [`Identity`](super::Identity) is made of these facts, whichever credential they come from.

use std::sync::Arc;

use super::issuer::Key;
use crate::telemetry::personal::Personal;

/// The [`Identity::issuer`](super::Identity::issuer) of whoever has an API key. No issuer of
/// tokens may be configured under this name.
pub const API_KEY_ISSUER: &str = "api-key";
/// The [`Identity::issuer`](super::Identity::issuer) of whoever has a client
/// certificate. No issuer of tokens may be configured under this name.
pub const CERTIFICATE_ISSUER: &str = "client-certificate";

/// What a caller has shown to say who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A bearer token of an issuer.
    Token,
    /// An API key of ours.
    ApiKey,
    /// A client certificate that the TLS listener has verified.
    Certificate,
}

/// What a credential says of its holder, whatever kind it is.
pub(super) struct Facts {
    pub(super) credential: Credential,
    pub(super) issuer: String,
    pub(super) id: String,
    pub(super) roles: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) account: Option<String>,
    pub(super) plan: Option<String>,
    /// Unix seconds.
    pub(super) expires_at: u64,
    pub(super) trace: Trace,
}

/// What tells a token from others of its caller, and the key that verified it. Other credentials have nothing of it.
#[derive(Default)]
pub(super) struct Trace {
    /// `jti`
    pub(super) token_id: Option<Personal<String>>,
    /// `sid`
    pub(super) session: Option<Personal<String>>,
    /// `iat`, Unix seconds.
    pub(super) issued_at: Option<u64>,
    /// What verified it. Here and not beside each reference to a caller: all callers share it, and so would all workers its
    /// count.
    pub(super) key: Option<Arc<Key>>,
}

/// The fact that a header could not carry unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    Id,
    Roles,
    Scopes,
    Account,
    Plan,
}

impl Unfit {
    /// What should be there, for an operator.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Id | Self::Account | Self::Plan => "1 to 256 visible ASCII characters without a space",
            Self::Roles => "at most 64 names of 1 to 256 visible ASCII characters without a space or a comma",
            Self::Scopes => "scopes such as \"orders:read\", one to an element",
        }
    }
}

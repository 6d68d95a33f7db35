//! The verified caller, and the headers in which services learn of it.
//!
//! Those headers are ours alone: a service believes them, so whatever a client sends under such a name must go.
//! This module knows the names; [`crate::front_door`] drops the client's, and [`crate::call`] sets ours.

use std::{fmt, sync::Arc};

use http::{HeaderName, HeaderValue};

use super::{
    TokenError,
    claims::Claims,
    credential::{Credential, Facts, Trace, Unfit},
    issuer::Key,
};
use crate::{rate_limit::Who, telemetry::personal::Personal};

/// Carries [`Identity::id`] to services.
pub const USER_ID: HeaderName = HeaderName::from_static("x-user-id");
/// Carries [`Identity::roles`] to services, with commas between.
pub const USER_ROLES: HeaderName = HeaderName::from_static("x-user-roles");
/// Carries [`Identity::account`] to services.
pub const TENANT_ID: HeaderName = HeaderName::from_static("x-tenant-id");

const MAX_ROLES: usize = 64;
const MAX_VALUE_BYTES: usize = 256;

/// Whether only we may set this header toward services: `x-user-*`, `x-tenant-*`, `x-internal-*` and `x-request-id`.
///
/// In every spelling: servers with a CGI heritage hand `X-User-Id` and `X_User_Id` to the application as one variable (RFC 3875,
/// section 4.1.18), and some of them `X.User&Id` too.
pub fn is_reserved(name: &HeaderName) -> bool {
    let name = name.as_str().as_bytes();
    // Asked of every header of every request, and most do not begin like this.
    if name.first() != Some(&b'x') {
        return false;
    }
    let is = |ours: &[u8], theirs: &[u8]| {
        ours.iter().zip(theirs).all(|(o, t)| o == t || (*o == b'-' && !t.is_ascii_alphanumeric()))
    };
    let starts_with = |prefix: &[u8]| name.get(..prefix.len()).is_some_and(|start| is(prefix, start));
    starts_with(b"x-user-")
        || starts_with(b"x-tenant-")
        || starts_with(b"x-internal-")
        || (starts_with(b"x-request-id") && name.len() == 12)
}

/// A caller whose credential has been verified. Nothing else makes one.
pub struct Identity {
    credential: Credential,
    id: Personal<String>,
    issuer: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    account: Option<Personal<String>>,
    plan: Option<String>,
    expires_at: u64,
    trace: Trace,
    who: Who,
    id_header: HeaderValue,
    roles_header: Option<HeaderValue>,
    account_header: Option<HeaderValue>,
}

impl Identity {
    /// The caller of a token whose claims were verified, and its signature with this key.
    pub(super) fn of_token(claims: Claims, key: Arc<Key>) -> Result<Self, TokenError> {
        let Claims { token_id, session, issued_at, .. } = claims;
        let facts = Facts {
            credential: Credential::Token,
            issuer: claims.issuer,
            id: claims.subject,
            roles: claims.roles,
            scopes: claims.scopes,
            account: claims.account,
            plan: None,
            expires_at: claims.expires_at,
            trace: Trace {
                token_id: token_id.map(Personal::new),
                session: session.map(Personal::new),
                issued_at,
                key: Some(key),
            },
        };
        Self::new(facts).map_err(|unfit| {
            TokenError::BadClaim(match unfit {
                Unfit::Id => "sub",
                Unfit::Roles => "roles",
                Unfit::Scopes => "scope",
                Unfit::Account => "account",
                Unfit::Plan => "plan",
            })
        })
    }

    /// Made once a credential, so that a request only clones reference counts.
    ///
    /// What a header cannot carry unchanged is refused here, for credentials of all kinds: a comma in a role would become
    /// two roles, and a service that trims, folds or re-encodes an id could take it for another's.
    pub(super) fn new(facts: Facts) -> Result<Self, Unfit> {
        let Facts { credential, issuer, id, roles, scopes, account, plan, expires_at, trace } = facts;
        let account_header = match &account {
            Some(account) if fits_header(account) => {
                Some(HeaderValue::from_str(account).map_err(|_| Unfit::Account)?)
            }
            Some(_) => return Err(Unfit::Account),
            None => None,
        };
        if plan.as_deref().is_some_and(|plan| !fits_header(plan)) {
            return Err(Unfit::Plan);
        }
        if roles.len() > MAX_ROLES || !roles.iter().all(|role| fits_header(role) && !role.contains(',')) {
            return Err(Unfit::Roles);
        }
        if !scopes.iter().all(|scope| is_scope(scope)) {
            return Err(Unfit::Scopes);
        }
        if !fits_header(&id) {
            return Err(Unfit::Id);
        }
        let mut id_header = HeaderValue::from_str(&id).map_err(|_| Unfit::Id)?;
        let mut account_header = account_header;
        // Whoever prints a request's headers, such as a library that traces, prints neither.
        std::iter::once(&mut id_header)
            .chain(&mut account_header)
            .for_each(|value| value.set_sensitive(true));
        let roles_header = if roles.is_empty() {
            None
        } else {
            Some(HeaderValue::from_str(&roles.join(",")).map_err(|_| Unfit::Roles)?)
        };
        Ok(Self {
            credential,
            who: Who::caller(&issuer, &id),
            id: id.into(),
            issuer,
            roles,
            scopes,
            account: account.map(Personal::new),
            plan,
            expires_at,
            trace,
            id_header,
            roles_header,
            account_header,
        })
    }

    /// The caller: `sub` of a token, `subject` of an API key, the name of a certificate's entry in the configuration.
    pub fn id(&self) -> &str {
        self.id.expose()
    }

    /// Who vouches for the caller: `iss` of a token, else [`API_KEY_ISSUER`](super::API_KEY_ISSUER) or
    /// [`CERTIFICATE_ISSUER`](super::CERTIFICATE_ISSUER). An id is unique within it, not beyond: services are told the id alone.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the caller is: `roles` of the credential.
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// What the caller's program may do: `scope` or `scp` of a token, `scopes` of another credential.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The partner account for which the caller acts: `account` of the credential.
    pub fn account(&self) -> Option<&str> {
        self.account.as_ref().map(|account| account.expose().as_str())
    }

    /// What the caller may use how often: `plan` of an API key or a certificate. A token says nothing of it.
    pub fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    /// As whom it is counted. Found once a credential.
    pub(crate) fn who(&self) -> Who {
        self.who
    }

    /// What the caller has shown.
    pub fn credential(&self) -> Credential {
        self.credential
    }

    /// End of the credential, in Unix seconds, before any leeway: `exp` of a token, `expires` of an API key. Of a certificate
    /// `u64::MAX`: its own end is looked at with each request.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// This one token among those of its issuer: `jti`.
    pub fn token_id(&self) -> Option<&str> {
        self.trace.token_id.as_ref().map(|id| id.expose().as_str())
    }

    /// The session that the token belongs to: `sid`.
    pub fn session(&self) -> Option<&str> {
        self.trace.session.as_ref().map(|id| id.expose().as_str())
    }

    /// When the token was issued, in Unix seconds: `iat`.
    pub fn issued_at(&self) -> Option<u64> {
        self.trace.issued_at
    }

    /// Whether the caller has this role.
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role == name)
    }

    /// Whether the caller's program has this scope.
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope == name)
    }

    /// The value of [`USER_ID`]; a clone shares it.
    pub fn id_header(&self) -> &HeaderValue {
        &self.id_header
    }

    /// The value of [`USER_ROLES`], `None` for a caller without roles; a clone shares it.
    pub fn roles_header(&self) -> Option<&HeaderValue> {
        self.roles_header.as_ref()
    }

    /// The value of [`TENANT_ID`], `None` for a caller without an account; a clone shares it.
    pub fn account_header(&self) -> Option<&HeaderValue> {
        self.account_header.as_ref()
    }

    /// Whether the issuer has withdrawn the key that verified the token.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.trace.key.as_ref().is_some_and(|key| key.is_withdrawn())
    }

    /// A caller for unit tests, which have no credential.
    #[cfg(test)]
    pub(crate) fn for_test(id: &str, roles: &[&str], scopes: &[&str], account: Option<&str>) -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self::new(Facts {
            credential: Credential::Token,
            issuer: "https://issuer.test".to_owned(),
            id: id.to_owned(),
            roles: owned(roles),
            scopes: owned(scopes),
            account: account.map(str::to_owned),
            plan: None,
            expires_at: u64::MAX,
            trace: Trace::default(),
        })
        .expect("an identity that fits headers")
    }

    /// The same with a plan.
    #[cfg(test)]
    pub(crate) fn on_plan(self, plan: &str) -> Self {
        Self { plan: Some(plan.to_owned()), ..self }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("credential", &self.credential)
            .field("issuer", &self.issuer)
            .field("id", &self.id)
            .field("account", &self.account)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// `scope-token` of RFC 6749 section 3.3.
pub(super) fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn fits_header(value: &str) -> bool {
    (1..=MAX_VALUE_BYTES).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic())
}

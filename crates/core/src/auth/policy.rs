//! Who may call a route: declared where the route is, checked before its screen runs.
//!
//! Not here: what a caller may see of the data. Services decide that, since they own it.
//!
//! ```
//! use bff_core::auth::{Denied, scope};
//!
//! let policy = scope("orders:read").with_account();
//! assert_eq!(policy.to_string(), "scope orders:read, partner account");
//! assert_eq!(policy.check(None), Err(Denied::NoIdentity));
//! ```

use std::fmt;

use super::Identity;

/// Who may call a route.
///
/// There is no default: a route that does not say who may call it does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    needs_identity: bool,
    scopes: Vec<&'static str>,
    roles: Vec<&'static str>,
    needs_account: bool,
}

/// Anybody, with or without a token.
pub fn public() -> Policy {
    Policy { needs_identity: false, scopes: Vec::new(), roles: Vec::new(), needs_account: false }
}

/// Anybody with a valid token.
pub fn signed_in() -> Policy {
    Policy { needs_identity: true, ..public() }
}

/// Whoever has this scope.
pub fn scope(name: &'static str) -> Policy {
    signed_in().and_scope(name)
}

/// Whoever has this role.
pub fn role(name: &'static str) -> Policy {
    signed_in().and_role(name)
}

impl Policy {
    /// And this scope too. What was public needs a token from here on.
    pub fn and_scope(mut self, name: &'static str) -> Self {
        self.scopes.push(name);
        Self { needs_identity: true, ..self }
    }

    /// And this role too. What was public needs a token from here on.
    pub fn and_role(mut self, name: &'static str) -> Self {
        self.roles.push(name);
        Self { needs_identity: true, ..self }
    }

    /// And a partner account. What was public needs a token from here on.
    pub fn with_account(self) -> Self {
        Self { needs_identity: true, needs_account: true, ..self }
    }

    /// Whether a caller without a token is turned away.
    pub fn needs_identity(&self) -> bool {
        self.needs_identity
    }

    /// Whether this caller may call, and if not, the first thing that is missing.
    pub fn check(&self, caller: Option<&Identity>) -> Result<(), Denied> {
        if !self.needs_identity {
            return Ok(());
        }
        let caller = caller.ok_or(Denied::NoIdentity)?;
        if let Some(name) = self.scopes.iter().find(|name| !caller.has_scope(name)) {
            return Err(Denied::MissingScope(name));
        }
        if let Some(name) = self.roles.iter().find(|name| !caller.has_role(name)) {
            return Err(Denied::MissingRole(name));
        }
        if self.needs_account && caller.account().is_none() {
            return Err(Denied::MissingAccount);
        }
        Ok(())
    }
}

/// As a table of routes shows it: `public`, `signed in`, `scope orders:read, role admin`.
impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes = self.scopes.iter().map(|name| format!("scope {name}"));
        let roles = self.roles.iter().map(|name| format!("role {name}"));
        let account = self.needs_account.then(|| "partner account".to_owned());
        let needs: Vec<String> = scopes.chain(roles).chain(account).collect();
        match (self.needs_identity, needs.is_empty()) {
            (false, _) => formatter.pad("public"),
            (true, true) => formatter.pad("signed in"),
            (true, false) => formatter.pad(&needs.join(", ")),
        }
    }
}

/// What a caller lacks. `Display` is for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no token: 401, all others are 403.
    #[error("this needs a bearer token")]
    NoIdentity,
    /// The token lacks this scope.
    #[error("this needs the scope {0}")]
    MissingScope(&'static str),
    /// The caller lacks this role.
    #[error("this needs the role {0}")]
    MissingRole(&'static str),
    /// The token names no partner account.
    #[error("this needs a token of a partner account")]
    MissingAccount,
}

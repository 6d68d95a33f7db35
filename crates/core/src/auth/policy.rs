//! Who may call a route: declared where the route is, checked before its screen runs.
//!
//! Not here: what a caller may see of the data. Services decide that, since they own it.
//!
//! ```
//! use bff_core::auth::{Denied, any_role, scope, signed_in};
//!
//! let policy = scope("orders:read").with_account();
//! assert_eq!(policy.to_string(), "scope orders:read, partner account");
//! assert_eq!(policy.check(None, |_| None), Err(Denied::NoIdentity));
//! assert_eq!(any_role(&["admin", "support"]).to_string(), "role admin or support");
//! assert_eq!(signed_in().own_account("account").to_string(), "own account {account}");
//! ```

mod need;
mod who;

use std::fmt;

pub use need::{Denied, Names, Need};
pub use who::{Public, WhoMayCall, public};

use super::Identity;

/// Whom a route that isn't public lets in.
///
/// There is no default: a route that does not say who may call it does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    needs_identity: bool,
    needs: Vec<Need>,
}

/// Anybody with a valid credential.
pub fn signed_in() -> Policy {
    Policy { needs_identity: true, needs: Vec::new() }
}

/// Whoever has this scope.
pub fn scope(name: &'static str) -> Policy {
    signed_in().and_scope(name)
}

/// Whoever has one of these scopes. Nobody, if there are none.
pub fn any_scope(names: &'static [&'static str]) -> Policy {
    signed_in().and_any_scope(names)
}

/// Whoever has this role.
pub fn role(name: &'static str) -> Policy {
    signed_in().and_role(name)
}

/// Whoever has one of these roles. Nobody, if there are none.
pub fn any_role(names: &'static [&'static str]) -> Policy {
    signed_in().and_any_role(names)
}

impl Policy {
    pub(crate) fn public() -> Self {
        Self { needs_identity: false, needs: Vec::new() }
    }

    /// And this scope too.
    pub fn and_scope(self, name: &'static str) -> Self {
        self.and(Need::Scope(Names::One(name)))
    }

    /// And one of these scopes too.
    pub fn and_any_scope(self, names: &'static [&'static str]) -> Self {
        self.and(Need::Scope(Names::AnyOf(names)))
    }

    /// And this role too.
    pub fn and_role(self, name: &'static str) -> Self {
        self.and(Need::Role(Names::One(name)))
    }

    /// And one of these roles too.
    pub fn and_any_role(self, names: &'static [&'static str]) -> Self {
        self.and(Need::Role(Names::AnyOf(names)))
    }

    /// And a partner account.
    pub fn with_account(self) -> Self {
        self.and(Need::Account)
    }

    /// And the path is of the caller's own account: its parameter of this name is the token's `account`, byte by byte, once
    /// percent-decoded. What belongs to another account does not exist for the caller: 404 `not_found`.
    pub fn own_account(self, parameter: &'static str) -> Self {
        self.and(Need::OwnAccount(parameter))
    }

    /// And the path is the caller's own: its parameter of this name is the token's `sub`, as in [`own_account`](Self::own_account).
    pub fn own_user(self, parameter: &'static str) -> Self {
        self.and(Need::OwnUser(parameter))
    }

    /// Whether a caller without a credential is turned away.
    pub fn needs_identity(&self) -> bool {
        self.needs_identity
    }

    /// What it wants of a caller beside a token, in the order in which it is checked.
    pub fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// Whether it looks at the path.
    pub(crate) fn has_owner(&self) -> bool {
        self.needs.iter().any(|need| need.own().is_some())
    }

    /// Whether this caller may call, and if not, the first thing that is missing. `parameter` finds a parameter of the path,
    /// percent-decoded once; one that it does not find is nobody's own.
    pub fn check<'p>(
        &self,
        caller: Option<&Identity>,
        parameter: impl Fn(&str) -> Option<&'p str>,
    ) -> Result<(), Denied> {
        if !self.needs_identity {
            return Ok(());
        }
        let caller = caller.ok_or(Denied::NoIdentity)?;
        self.needs.iter().try_for_each(|need| need.check(caller, &parameter))
    }

    fn and(mut self, need: Need) -> Self {
        self.needs.push(need);
        self.needs.sort_by_key(|need| need.rank());
        self
    }
}

/// As a table of routes shows it: `public`, `signed in`, `scope orders:read, role admin or support`.
impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needs: Vec<String> = self.needs.iter().map(ToString::to_string).collect();
        match (self.needs_identity, needs.is_empty()) {
            (false, _) => formatter.pad("public"),
            (true, true) => formatter.pad("signed in"),
            (true, false) => formatter.pad(&needs.join(", ")),
        }
    }
}

//! What a policy wants of a caller, and what a caller lacks.

use std::fmt;

use super::super::Identity;

/// One thing that a policy wants of a caller.
///
/// In the order in which they are checked: whose a path is comes last, so that nobody learns from it who may not call the
/// route at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// One of these scopes.
    Scope(Names),
    /// One of these roles.
    Role(Names),
    /// A partner account.
    Account,
    /// The path's parameter of this name is the caller's account.
    OwnAccount(&'static str),
    /// The path's parameter of this name is the caller's id.
    OwnUser(&'static str),
}

/// One name, or several of which one is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// This one.
    One(&'static str),
    /// Any of these.
    AnyOf(&'static [&'static str]),
}

/// What a caller lacks. `Display` is for the client, but for [`Denied::NotOwn`], which the client is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no credential: 401.
    #[error("this needs a credential")]
    NoIdentity,
    /// The caller has none of these scopes: 403.
    #[error("this needs the scope {0}")]
    MissingScope(Names),
    /// The caller has none of these roles: 403.
    #[error("this needs the role {0}")]
    MissingRole(Names),
    /// The caller acts for no partner account: 403.
    #[error("this needs a credential of a partner account")]
    MissingAccount,
    /// The path is somebody else's, which does not exist for the caller: 404. For the log.
    #[error("the path's {{{0}}} is not the caller's own")]
    NotOwn(&'static str),
}

impl Need {
    /// Whether this caller fulfils it. `parameter` finds a parameter of the path, percent-decoded once.
    pub(super) fn check<'p>(
        self,
        caller: &Identity,
        parameter: impl Fn(&str) -> Option<&'p str>,
    ) -> Result<(), Denied> {
        // Byte by byte: an id in another case, or another spelling of it, is somebody else's.
        let is_own = |name, own: Option<&str>| own.is_some() && parameter(name) == own;
        match self {
            Self::Scope(names) if !names.any(|name| caller.has_scope(name)) => {
                Err(Denied::MissingScope(names))
            }
            Self::Role(names) if !names.any(|name| caller.has_role(name)) => Err(Denied::MissingRole(names)),
            Self::Account if caller.account().is_none() => Err(Denied::MissingAccount),
            Self::OwnAccount(name) if !is_own(name, caller.account()) => Err(Denied::NotOwn(name)),
            Self::OwnUser(name) if !is_own(name, Some(caller.id())) => Err(Denied::NotOwn(name)),
            Self::Scope(_) | Self::Role(_) | Self::Account | Self::OwnAccount(_) | Self::OwnUser(_) => Ok(()),
        }
    }

    /// The parameter of the path that must be the caller's own.
    pub fn own(self) -> Option<&'static str> {
        match self {
            Self::OwnAccount(name) | Self::OwnUser(name) => Some(name),
            Self::Scope(_) | Self::Role(_) | Self::Account => None,
        }
    }

    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Scope(_) => 0,
            Self::Role(_) => 1,
            Self::Account => 2,
            Self::OwnAccount(_) | Self::OwnUser(_) => 3,
        }
    }
}

impl Names {
    /// Whether one of them is so.
    pub fn any(self, is_so: impl Fn(&'static str) -> bool) -> bool {
        match self {
            Self::One(name) => is_so(name),
            Self::AnyOf(names) => names.iter().any(|name| is_so(name)),
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::AnyOf(names) => names,
        }
        .iter()
        .copied()
    }
}

/// `admin or support`.
impl fmt::Display for Names {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.iter().enumerate() {
            out.write_str(if place == 0 { "" } else { " or " })?;
            out.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Display for Need {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(names) => write!(out, "scope {names}"),
            Self::Role(names) => write!(out, "role {names}"),
            Self::Account => out.write_str("partner account"),
            Self::OwnAccount(name) => write!(out, "own account {{{name}}}"),
            Self::OwnUser(name) => write!(out, "own user {{{name}}}"),
        }
    }
}

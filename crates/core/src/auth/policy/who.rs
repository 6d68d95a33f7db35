//! What a route says of who may call it, as a type: whether its handler has a caller is known to the compiler.

use super::Policy;
use crate::caller::{Access, Anyone, SignedIn};

/// Everybody, with or without a token: what [`public`] says of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Public(());

/// Who may call a route, as its last argument: [`public`], or a [`Policy`] such as [`signed_in`](super::signed_in).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who may call a route",
    label = "not who may call it",
    note = "write `public()`, `signed_in()`, `scope(\"…\")` or `role(\"…\")`"
)]
pub trait WhoMayCall {
    /// Whether its handler has a caller.
    type Access: Access;

    #[doc(hidden)]
    fn into_policy(self) -> Policy;
}

impl WhoMayCall for Public {
    type Access = Anyone;

    fn into_policy(self) -> Policy {
        Policy::public()
    }
}

impl WhoMayCall for Policy {
    type Access = SignedIn;

    fn into_policy(self) -> Policy {
        // One that was taken from a public route would let in callers who are nobody.
        Policy { needs_identity: true, ..self }
    }
}

/// Anybody, with or without a token. Its handler has no caller.
pub fn public() -> Public {
    Public(())
}

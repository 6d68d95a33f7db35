//! Screens: a struct of sections, filled by one fan-out, spliced into one payload.
//!
//! A handler returns the struct and awaits nothing. Its sections' calls travel in the response's extensions to the
//! [`resolve`] step of the inbound stack, which runs all of them at once; each section is serialised as soon as its call
//! answers, and the payload is spliced from the sections' bytes in the order of the struct. What the client may keep
//! of it, [`reply`] says.

mod entity_tag;
mod fields;
mod parts;
mod reply;
mod resolve;
mod section;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};

pub use self::{
    parts::Parts,
    section::{Fallback, Optional, Required, Section},
};
pub(crate) use resolve::{Resolve, ResolveLayer};

/// The client-shaped payload of one endpoint. Derive it on a struct whose fields are sections ([`Required`],
/// [`Optional`], [`Fallback`]), plain values, or, with `#[screen(nested)]`, other screens.
///
/// Names are camelCase in the payload unless `#[screen(rename_all = "snake_case")]` says otherwise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a screen",
    label = "not a screen",
    note = "write `#[derive(Screen)]` on a struct whose fields are Required, Optional or Fallback sections"
)]
pub trait Screen: Send + 'static {
    /// Hands over the sections in the order of the payload. Written by the derive.
    fn into_parts(self, parts: &mut Parts);
}

/// Sections on their way from the handler to the fan-out. An extension must be `Clone + Sync`; this one is taken once.
#[derive(Clone)]
pub(crate) struct Pending(Arc<Mutex<Option<Parts>>>);

impl Pending {
    fn take(&self) -> Option<Parts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What the derive's `IntoResponse` calls.
pub fn respond<S: Screen>(screen: S) -> Response {
    let mut parts = Parts::of::<S>();
    screen.into_parts(&mut parts);
    let mut response = Body::empty().into_response();
    response.extensions_mut().insert(Pending(Arc::new(Mutex::new(Some(parts)))));
    response
}

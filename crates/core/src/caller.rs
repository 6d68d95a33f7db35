//! Who a handler is told of, as a type: the caller of a route that isn't public, nobody on one that is.
//!
//! A handler runs with the [`Access`] of its route, which is what axum calls the state of a handler: [`SignedIn`] or
//! [`Anyone`]. [`Caller`], and service clients that call as the caller, are arguments for [`SignedIn`] only, so a handler that
//! takes one does not compile on a public route. Nothing is checked here; credentials are, in the front door.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{
    auth::Identity,
    context::RequestContext,
    problem::{Code, Problem},
};

/// The verified caller, as an argument of a handler whose route is not public.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Identity>);

/// Nobody in particular, as an argument of a handler whose route is public. What takes a [`Caller`] does not take it.
#[derive(Debug, Clone)]
pub struct Anonymous(());

/// The access of a route whose callers are known.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignedIn;

/// The access of a public route, whose callers are nobody in particular even if they send a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anyone;

/// Whether a route, or a service client, has a caller: [`SignedIn`] or [`Anyone`].
pub trait Access: Copy + Default + Send + Sync + 'static + sealed::Sealed {
    /// What a service client keeps of who asks.
    #[doc(hidden)]
    type Asker: Clone + Send + Sync + 'static;

    #[doc(hidden)]
    fn asker(context: &RequestContext) -> Result<Self::Asker, Problem>;

    /// As whom a call goes out.
    #[doc(hidden)]
    fn identity(asker: &Self::Asker) -> Option<&Arc<Identity>>;
}

/// A route that service clients of the access `A` may be used on: those for [`Anyone`] on every route, those for [`SignedIn`]
/// where there is a caller.
pub trait Admits<A: Access>: Access {}

/// A route that has no caller: [`Anyone`].
pub trait NoCaller: Access {}

impl NoCaller for Anyone {}
impl Admits<SignedIn> for SignedIn {}
impl<R: Access> Admits<Anyone> for R {}

impl Access for SignedIn {
    type Asker = Arc<Identity>;

    fn asker(context: &RequestContext) -> Result<Self::Asker, Problem> {
        context.identity().cloned().ok_or_else(|| Problem::new(Code::MissingToken))
    }

    fn identity(asker: &Self::Asker) -> Option<&Arc<Identity>> {
        Some(asker)
    }
}

impl Access for Anyone {
    type Asker = ();

    fn asker(_: &RequestContext) -> Result<(), Problem> {
        Ok(())
    }

    fn identity((): &()) -> Option<&Arc<Identity>> {
        None
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::SignedIn {}
    impl Sealed for super::Anyone {}
}

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

// Bounds and not the two types themselves, or a mistake would read as one of the route and not of its handler.

impl<A: Admits<SignedIn>> FromRequestParts<A> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, route: &A) -> Result<Self, Problem> {
        let context = RequestContext::from_request_parts(parts, route).await?;
        SignedIn::asker(&context).map(Self)
    }
}

impl<A: NoCaller> FromRequestParts<A> for Anonymous {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &A) -> Result<Self, Self::Rejection> {
        Ok(Self(()))
    }
}

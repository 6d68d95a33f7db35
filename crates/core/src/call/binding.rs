//! What a service client is made of: a name, a protocol, and a binding to the request at hand.

use std::{marker::PhantomData, sync::Arc};

use http::{Method, request::Parts};

use super::{
    Declaration, HttpCall, Idempotent, Operation, ReadOnly, Rpc, RpcCall, Safety, ServicePool, Unsafe,
    cache::Keeping,
    draft::{Asker, Draft},
    owner::Owner,
};
use crate::{
    auth::Identity,
    caller::{Access, Admits, SignedIn},
    context::RequestContext,
    problem::{Code, Problem},
};

/// A service that speaks HTTP with JSON.
#[derive(Debug, Clone, Copy)]
pub enum Http {}

/// A service that speaks gRPC.
#[derive(Debug, Clone, Copy)]
pub enum Grpc {}

/// How a service is spoken to: [`Http`] or [`Grpc`].
pub trait Protocol: Send + Sync + 'static {
    /// True for gRPC.
    const GRPC: bool;
}

impl Protocol for Http {
    const GRPC: bool = false;
}

impl Protocol for Grpc {
    const GRPC: bool = true;
}

/// A typed client of one downstream service: an argument of a handler, bound to its request. Derive it.
///
/// ```
/// use bff_core::prelude::*;
///
/// #[derive(Service)]
/// #[service(name = "orders")]
/// pub struct Orders(Binding<Grpc>);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service client",
    label = "not a service client",
    note = "write `#[derive(Service)] #[service(name = \"…\")]` on a struct of one field, `struct {Self}(Binding);`"
)]
pub trait Service: Sized {
    /// Its name in `[services.<name>]`.
    const NAME: &'static str;
    /// [`Http`] or [`Grpc`].
    type Protocol: Protocol;
    /// Whether it calls as the caller, [`SignedIn`], or without an identity.
    type Access: Access;
    /// Its operations, as far as `#[service(operations(…))]` lists them.
    const OPERATIONS: &'static [Operation] = &[];
}

/// The access of a route whose handler may have the service client `C`. The derive's bound: one that named the binding would
/// repeat what is wrong with it.
pub trait Offers<C>: Access {}

impl<R: Admits<C::Access>, C: Service> Offers<C> for R {}

/// The service clients that a BFF uses, as a tuple: `(Users, Orders)`.
pub trait ServiceSet {
    /// What each of them says of its service, in the order of the tuple.
    fn declare() -> Vec<Declaration>;
}

macro_rules! service_set {
    ($($name:ident)*) => {
        impl<$($name: Service),*> ServiceSet for ($($name,)*) {
            fn declare() -> Vec<Declaration> {
                vec![$(Declaration {
                    name: $name::NAME,
                    grpc: $name::Protocol::GRPC,
                    operations: $name::OPERATIONS,
                }),*]
            }
        }
    };
}

service_set!();
service_set!(A);
service_set!(A B);
service_set!(A B C);
service_set!(A B C D);
service_set!(A B C D E);
service_set!(A B C D E F);
service_set!(A B C D E F G);
service_set!(A B C D E F G H);

/// What the field of a service client is: a [`Binding`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a binding to a service",
    label = "expected `Binding`",
    note = "use `Binding` for a service that speaks HTTP, `Binding<Grpc>` for one that speaks gRPC"
)]
pub trait Bound: Sized {
    /// [`Http`] or [`Grpc`].
    type Protocol: Protocol;
    /// [`SignedIn`], or [`Anyone`](crate::caller::Anyone) for calls without an identity.
    type Access: Access;

    /// See [`Binding::bind`].
    fn bind(name: &'static str, parts: &Parts) -> Result<Self, Problem>;
}

impl<P: Protocol, A: Access> Bound for Binding<P, A> {
    type Protocol = P;
    type Access = A;

    fn bind(name: &'static str, parts: &Parts) -> Result<Self, Problem> {
        Self::bind(name, parts)
    }
}

/// One service as one request may use it: with its caller, deadline and trace.
///
/// `Binding<Http, Anyone>` is one that calls without an identity, on public routes and others: its service is told nothing of who
/// asks, and its reads are everybody's, as [`public`](super::Cacheable::public) ones are.
pub struct Binding<P = Http, A: Access = SignedIn> {
    pub(super) context: RequestContext,
    asker: A::Asker,
    pub(super) service: Arc<ServicePool>,
    protocol: PhantomData<P>,
}

impl<P, A: Access> Clone for Binding<P, A> {
    fn clone(&self) -> Self {
        Self {
            context: self.context.clone(),
            asker: self.asker.clone(),
            service: Arc::clone(&self.service),
            protocol: PhantomData,
        }
    }
}

impl<P: Protocol> Binding<P> {
    /// The verified caller.
    pub fn caller(&self) -> &Arc<Identity> {
        &self.asker
    }
}

impl<P: Protocol, A: Access> Binding<P, A> {
    /// Binds the service `name` to the request. What `#[derive(Service)]` calls.
    ///
    /// # Errors
    ///
    /// `internal` if the BFF does not list the client in its `services`; `missing_token` if the request has no caller and the
    /// client needs one, which no route comes to: such a client is no argument on a public route.
    pub fn bind(name: &'static str, parts: &Parts) -> Result<Self, Problem> {
        let internal = |reason: String| Problem::new(Code::Internal).with_reason(reason);
        let context = parts
            .extensions
            .get::<RequestContext>()
            .ok_or_else(|| internal("the route is not served through bff_core's inbound stack".to_owned()))?;
        let service = context.inner().services.get(name).ok_or_else(|| {
            internal(format!("the client of {name:?} is not listed in Bff::services, so it has no address"))
        })?;
        let asker = A::asker(context)?;
        Ok(Self { context: context.clone(), asker, service, protocol: PhantomData })
    }

    /// A call as its caller, if it has one, until it says otherwise.
    fn draft(&self) -> Draft {
        let identity = A::identity(&self.asker);
        let owner = identity.map_or_else(Owner::everyone, |identity| Owner::caller(Arc::clone(identity)));
        let ask = Asker { context: self.context.clone(), owner, keeping: Keeping::default() };
        Draft { service: Arc::clone(&self.service), ask }
    }
}

impl<A: Access> Binding<Http, A> {
    /// A read. `path` is literal; add what varies with [`HttpCall::segment`] and [`HttpCall::query`].
    pub fn get(&self, path: &'static str) -> HttpCall<ReadOnly> {
        self.start(Method::GET, path)
    }

    /// A write that may be sent once only, until it gets an idempotency key.
    pub fn post(&self, path: &'static str) -> HttpCall<Unsafe> {
        self.start(Method::POST, path)
    }

    /// A write that is idempotent by its method (RFC 9110, 9.2.2).
    pub fn put(&self, path: &'static str) -> HttpCall<Idempotent> {
        self.start(Method::PUT, path)
    }

    /// A removal, idempotent by its method (RFC 9110, 9.2.2).
    pub fn delete(&self, path: &'static str) -> HttpCall<Idempotent> {
        self.start(Method::DELETE, path)
    }

    fn start<K: Safety>(&self, method: Method, path: &'static str) -> HttpCall<K> {
        HttpCall::new(self.draft(), method, path)
    }
}

impl<A: Access> Binding<Grpc, A> {
    /// One unary call of a method that the proto file declares, such as `orders_v1::LIST_RECENT`.
    pub fn rpc<Q, R, K>(&self, method: Rpc<Q, R, K>, request: &Q) -> RpcCall<R, K>
    where
        Q: prost::Message,
        K: Safety,
    {
        RpcCall::new(self.draft(), method, request)
    }
}

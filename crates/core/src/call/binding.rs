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
    /// Its operations, as far as `#[service(operations(…))]` lists them.
    const OPERATIONS: &'static [Operation] = &[];
}

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

    /// See [`Binding::bind`].
    fn bind(name: &'static str, parts: &Parts) -> Result<Self, Problem>;
}

impl<P: Protocol> Bound for Binding<P> {
    type Protocol = P;

    fn bind(name: &'static str, parts: &Parts) -> Result<Self, Problem> {
        Self::bind(name, parts)
    }
}

/// One service as one request may use it: with its caller, deadline and trace.
pub struct Binding<P = Http> {
    pub(super) context: RequestContext,
    identity: Arc<Identity>,
    pub(super) service: Arc<ServicePool>,
    protocol: PhantomData<P>,
}

impl<P> Clone for Binding<P> {
    fn clone(&self) -> Self {
        Self {
            context: self.context.clone(),
            identity: Arc::clone(&self.identity),
            service: Arc::clone(&self.service),
            protocol: PhantomData,
        }
    }
}

impl<P: Protocol> Binding<P> {
    /// Binds the service `name` to the request. What `#[derive(Service)]` calls.
    ///
    /// # Errors
    ///
    /// A `missing_token` problem on a public route, since a call needs a caller; `internal` if the BFF does not list the
    /// client in its `services`.
    pub fn bind(name: &'static str, parts: &Parts) -> Result<Self, Problem> {
        let internal = |reason: String| Problem::new(Code::Internal).with_reason(reason);
        let context = parts
            .extensions
            .get::<RequestContext>()
            .ok_or_else(|| internal("the route is not served through bff_core's inbound stack".to_owned()))?;
        let service = context.inner().services.get(name).ok_or_else(|| {
            internal(format!("the client of {name:?} is not listed in Bff::services, so it has no address"))
        })?;
        let identity = context.identity().cloned().ok_or_else(|| Problem::new(Code::MissingToken))?;
        Ok(Self { context: context.clone(), identity, service, protocol: PhantomData })
    }

    /// The verified caller.
    pub fn caller(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// A call as its caller, until it says otherwise.
    fn draft(&self) -> Draft {
        let owner = Owner::caller(Arc::clone(&self.identity));
        let ask = Asker { context: self.context.clone(), owner, keeping: Keeping::default() };
        Draft { service: Arc::clone(&self.service), ask }
    }
}

impl Binding<Http> {
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

impl Binding<Grpc> {
    /// One unary call of a method that the proto file declares, such as `orders_v1::LIST_RECENT`.
    pub fn rpc<Q, R, K>(&self, method: Rpc<Q, R, K>, request: &Q) -> RpcCall<R, K>
    where
        Q: prost::Message,
        K: Safety,
    {
        RpcCall::new(self.draft(), method, request)
    }
}

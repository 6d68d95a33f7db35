//! [`Rpc`]: one method of a gRPC service, as its proto file declares it.

use std::{marker::PhantomData, sync::Arc};

use http::HeaderMap;
use prost::Message;

use super::{Call, Outgoing, Safety, ServicePool, Wire, decode};
use crate::context::RequestContext;

/// A unary gRPC method: takes a `Q`, answers with an `R`. `K` comes from the proto file's `idempotency_level`, so that
/// only a method whose owner says so can be sent twice.
pub struct Rpc<Q, R, K> {
    path: &'static str,
    types: PhantomData<fn(Q) -> (R, K)>,
}

impl<Q, R, K> Rpc<Q, R, K> {
    /// `/package.Service/Method`. Written by the build script of the crate that owns the proto file.
    pub const fn new(path: &'static str) -> Self {
        Self { path, types: PhantomData }
    }
}

impl<Q, R, K> Clone for Rpc<Q, R, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, R, K> Copy for Rpc<Q, R, K> {}

pub(super) fn start<Q, R, K>(
    context: RequestContext,
    service: Arc<ServicePool>,
    operation: &'static str,
    method: Rpc<Q, R, K>,
    request: &Q,
) -> Call<R>
where
    Q: Message,
    R: Message + Default + 'static,
    K: Safety,
{
    let policy = service.policy(operation);
    let made = service.note::<K>(&context, operation, policy);
    let message = request.encode_to_vec().into();
    Call::new(async move {
        let wire = Wire::Grpc { path: method.path, message };
        let outgoing = Outgoing::new::<K>(operation, policy, context, HeaderMap::new(), wire);
        service.send(outgoing, made, |reply| decode::protobuf(reply)).await
    })
}

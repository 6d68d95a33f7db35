//! [`Rpc`]: one method of a gRPC service, as its proto file declares it, and [`RpcCall`], one call of it.

use std::marker::PhantomData;

use bytes::Bytes;
use http::HeaderMap;
use prost::Message;

use super::{
    Call, Safety, Wire,
    cache::{Keeping, Parts},
    decode::Protobuf,
    draft::Draft,
    owner::Owner,
};

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

/// A gRPC call under construction. `K` says whether it may be sent twice.
#[must_use = "finish it with `.call(\"service.operation\")`"]
pub struct RpcCall<R, K> {
    draft: Draft,
    path: &'static str,
    message: Bytes,
    types: PhantomData<fn() -> (R, K)>,
}

impl<R, K: Safety> RpcCall<R, K> {
    pub(super) fn new<Q: Message>(draft: Draft, method: Rpc<Q, R, K>, request: &Q) -> Self {
        Self { draft, path: method.path, message: request.encode_to_vec().into(), types: PhantomData }
    }

    /// The call, with its name in logs and metrics, such as `orders.recent`.
    pub fn call(self, operation: &'static str) -> Call<R>
    where
        R: Message + Default + 'static,
    {
        let wire = Wire::Grpc { path: self.path, message: self.message };
        self.draft.finish::<K, Protobuf<R>>(operation, HeaderMap::new(), Ok(wire))
    }
}

impl<R, K> Parts for RpcCall<R, K> {
    type Safety = K;

    fn keeping(&mut self) -> &mut Keeping {
        &mut self.draft.ask.keeping
    }

    fn owner(&mut self) -> &mut Owner {
        &mut self.draft.ask.owner
    }
}

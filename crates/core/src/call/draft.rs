//! What every call is made of before its name finishes it, whatever its protocol.

use std::sync::Arc;

use http::HeaderMap;

use super::{
    Call, CallError, Outgoing, Safety, ServicePool, Wire, cache::Keeping, decode::Decode, owner::Owner,
};
use crate::context::RequestContext;

/// A call that has no name yet.
pub(super) struct Draft {
    pub(super) service: Arc<ServicePool>,
    pub(super) ask: Asker,
}

/// Who asks, in which request, and what the client method says of keeping the answer.
pub(super) struct Asker {
    pub(super) context: RequestContext,
    pub(super) owner: Owner,
    pub(super) keeping: Keeping,
}

impl Draft {
    /// The call. Noted now, where calls are noted, and sent when it is polled.
    pub(super) fn finish<K: Safety, D: Decode>(
        self,
        operation: &'static str,
        headers: HeaderMap,
        wire: Result<Wire, CallError>,
    ) -> Call<D::Value> {
        let Self { service, ask } = self;
        let policy = service.policy(operation);
        let made = service.note::<K>(&ask.context, operation, policy);
        Call::new(async move {
            let wire = wire.map_err(|fault| fault.of(operation))?;
            let outgoing = Outgoing::new::<K>(operation, policy, ask, headers, wire, D::accepts);
            service.send::<D>(outgoing, made).await
        })
    }
}

//! What travels with every call: identity, request id, trace, the time that is left, and the credential by which its service
//! can tell that it was us.
//!
//! Outbound headers are built from nothing, so whatever a client sent under these names cannot get here: this is the only
//! place that writes them. A client method can set none of its own but an idempotency key.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use tower::Layer;

use super::{CallError, Outcome, Outgoing, Reason, Wire};
use crate::{
    auth::{TENANT_ID, USER_ID, USER_ROLES},
    front_door::REQUEST_ID,
    sender::Credential,
    step::Step,
};

/// The time that is left, in whole milliseconds: what a client may ask for, and what HTTP services are told. gRPC services
/// get `grpc-timeout` instead.
pub(crate) const TIMEOUT_HEADER: HeaderName = HeaderName::from_static("x-request-timeout-ms");

pub(super) const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

#[derive(Clone)]
pub(super) struct PropagateLayer {
    credential: Option<Arc<Credential>>,
}

impl PropagateLayer {
    /// `credential` is what the service is shown, if anything.
    pub(super) fn new(credential: Option<&Arc<Credential>>) -> Self {
        Self { credential: credential.cloned() }
    }
}

impl<S> Layer<S> for PropagateLayer {
    type Service = Propagate<S>;

    fn layer(&self, inner: S) -> Propagate<S> {
        Propagate { inner, credential: self.credential.clone() }
    }
}

pub(super) struct Propagate<S> {
    inner: S,
    credential: Option<Arc<Credential>>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Propagate<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        write(&mut outgoing, self.credential.as_deref())?;
        self.inner.call(outgoing).await
    }
}

fn write(outgoing: &mut Outgoing, credential: Option<&Credential>) -> Result<(), CallError> {
    let left = outgoing.deadline.saturating_duration_since(outgoing.now).as_millis();
    if left == 0 {
        return Err(CallError::new(Reason::Timeout, "no time was left to send it"));
    }
    let context = outgoing.context.inner();
    let headers: &mut HeaderMap = &mut outgoing.headers;
    headers.reserve(8);
    if let Some(identity) = outgoing.owner.identity() {
        headers.insert(USER_ID, identity.id_header().clone());
        if let Some(roles) = identity.roles_header() {
            headers.insert(USER_ROLES, roles.clone());
        }
        if let Some(account) = identity.account_header() {
            headers.insert(TENANT_ID, account.clone());
        }
    }
    if let Some(credential) = credential {
        credential.write(headers, &outgoing.owner)?;
    }
    headers.insert(REQUEST_ID, context.request_id.clone());
    context.trace.write(outgoing.span, headers);
    let left = u64::try_from(left).unwrap_or(u64::MAX);
    match outgoing.wire {
        Wire::Http { .. } => headers.insert(TIMEOUT_HEADER, HeaderValue::from(left)),
        Wire::Grpc { .. } => headers.insert(GRPC_TIMEOUT, grpc_timeout(left)),
    };
    Ok(())
}

/// At most eight digits and a unit, as the gRPC protocol says; `99999999m` is more than a day.
fn grpc_timeout(millis: u64) -> HeaderValue {
    let text = format!("{}m", millis.min(99_999_999));
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("1m"))
}

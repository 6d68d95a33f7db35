//! Calls on services: typed, lazy, and never without the caller's identity, the deadline and the trace.
//!
//! A service client builds a [`Call`] from its [`Binding`]; a screen says what its failure does
//! ([`Call::required`], [`Call::optional`], [`Call::or`]) and the fan-out runs it. What every attempt goes through
//! stands on one page, [`stack`]. HTTP and gRPC share it: both are bytes until the last step.

mod answered;
mod attempt;
mod balance;
mod binding;
mod breaker;
mod budget;
mod bulkhead;
mod combine;
mod deadline;
mod decode;
mod endpoint;
mod endpoints;
mod error;
mod hedge;
mod http_call;
mod latency;
mod observe;
mod operation;
mod policy;
mod propagate;
mod resolver;
mod retry;
mod rpc;
mod service;
mod services;
mod shared;
pub mod stack;
#[cfg(test)]
mod testing;
mod transport;
mod window;

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::time::Instant;

pub(crate) use self::{
    answered::Answered,
    error::causes,
    propagate::TIMEOUT_HEADER,
    resolver::SharedResolver,
    service::SharedService,
    services::{ServicePool, Services},
};
use self::{balance::Trail, policy::CallPolicy};
pub use self::{
    binding::{Binding, Bound, Grpc, Http, Protocol, Service, ServiceSet},
    combine::Call,
    error::{CallError, Reason},
    hedge::HedgeCounters,
    http_call::HttpCall,
    observe::ServiceCounters,
    operation::{Declaration, Encoding, Misfit, Operation},
    resolver::{Resolver, Resolving},
    rpc::Rpc,
    shared::SharedCall,
};
use crate::context::RequestContext;

/// A call that changes nothing, so that it may be sent twice and another reply may stand in for its own.
#[derive(Debug, Clone, Copy)]
pub enum ReadOnly {}

/// A write that may be sent twice, such as one with an idempotency key.
#[derive(Debug, Clone, Copy)]
pub enum Idempotent {}

/// A call that may be sent once only.
#[derive(Debug, Clone, Copy)]
pub enum Unsafe {}

/// Whether a call may be sent twice. The type of the method decides, not a comment.
pub trait Safety: Send + 'static {
    /// True for [`ReadOnly`] and [`Idempotent`].
    const IDEMPOTENT: bool;
    /// True for [`ReadOnly`].
    const READ_ONLY: bool;
}

impl Safety for ReadOnly {
    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;
}

impl Safety for Idempotent {
    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = false;
}

impl Safety for Unsafe {
    const IDEMPOTENT: bool = false;
    const READ_ONLY: bool = false;
}

/// One call on its way down the outbound stack. It travels boxed: an async function holds what it passes on twice, and a
/// call's future is moved as a whole.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) operation: &'static str,
    /// What the configuration says of the operation.
    pub(crate) policy: CallPolicy,
    /// Whether it may be sent twice.
    pub(crate) idempotent: bool,
    /// Whether it changes nothing. A write must not seem to have been done, so no fallback stands in for its reply.
    pub(crate) read_only: bool,
    /// 0 for the first attempt, then one more for each retry.
    pub(crate) attempt: u32,
    pub(crate) context: RequestContext,
    /// The instant at which the call gives up; [`deadline`] lowers it, [`propagate`] sends what is left.
    pub(crate) deadline: Instant,
    /// Where it was sent before.
    trail: Trail,
    /// Where it goes now; [`balance`] chooses.
    peer: Option<Arc<transport::Peer>>,
    /// When the call got to where it is, so that each step need not read the clock. Whoever waits sets it anew.
    pub(crate) now: Instant,
    pub(crate) headers: HeaderMap,
    pub(crate) wire: Wire,
}

impl Outgoing {
    /// A call that is about to go down, with all the time that its request has for calls.
    fn new<K: Safety>(
        operation: &'static str,
        policy: CallPolicy,
        context: RequestContext,
        headers: HeaderMap,
        wire: Wire,
    ) -> Box<Self> {
        let (deadline, now) = (context.inner().calls_deadline, Instant::now());
        Box::new(Self {
            operation,
            policy,
            idempotent: K::IDEMPOTENT,
            read_only: K::READ_ONLY,
            attempt: 0,
            context,
            deadline,
            trail: Trail::default(),
            peer: None,
            now,
            headers,
            wire,
        })
    }
}

/// What goes onto the wire.
#[derive(Clone)]
pub(crate) enum Wire {
    Http { method: Method, path_and_query: String, body: Option<Bytes> },
    Grpc { path: &'static str, message: Bytes },
}

/// What came back: the bytes of a success. Everything else is a [`CallError`].
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) body: Bytes,
    /// Whether an HTTP reply calls itself JSON.
    pub(crate) json: bool,
}

/// What every step of the outbound stack answers with.
pub(crate) type Outcome = Result<Reply, CallError>;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

//! Calls on services: typed, lazy, never without the deadline and the trace, and never without the caller's identity unless
//! the client or the call says so.
//!
//! A service client builds a [`Call`] from its [`Binding`]; a screen says what its failure does
//! ([`Call::required`], [`Call::optional`], [`Call::or`]) and the fan-out runs it. What every attempt goes through
//! stands on one page, [`stack`]. HTTP and gRPC share it: both are bytes until the last step.

mod answered;
mod attempt;
mod balance;
mod batch;
mod binding;
pub(crate) mod breaker;
mod budget;
mod bulkhead;
mod cache;
mod coalesce;
mod combine;
mod deadline;
mod decode;
mod draft;
mod endpoint;
mod endpoints;
mod error;
mod health;
mod hedge;
mod http_call;
mod last_failure;
mod latency;
mod measure;
mod observe;
mod operation;
mod owner;
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
mod view;
mod window;

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::time::Instant;

#[cfg(test)]
pub(crate) use self::answered::StandIn;
pub(crate) use self::{
    answered::{Answered, Origin, Source},
    batch::{BATCH, OpenBatches},
    cache::{Kept, SharedLevel},
    decode::deeper_than,
    endpoint::Endpoint,
    error::causes,
    health::follow as follow_health,
    propagate::TIMEOUT_HEADER,
    resolver::SharedResolver,
    service::SharedService,
    services::{ServicePool, Services},
    transport::DocumentClient,
};
use self::{
    balance::Trail,
    cache::{Head, Keeping, Ticket},
    draft::Asker,
    policy::CallPolicy,
};
pub use self::{
    batch::{Ask, Keyed},
    binding::{Binding, Bound, Grpc, Http, Offers, Protocol, Service, ServiceSet},
    breaker::{BreakerState, BreakerTurns, BreakerView, RecentView},
    bulkhead::BulkheadView,
    cache::{CacheView, Cacheable, Invalidates, Key, Sent},
    combine::Call,
    error::{CallError, Reason},
    health::CheckView,
    hedge::HedgeCounters,
    http_call::HttpCall,
    last_failure::LastFailureView,
    observe::ServiceCounters,
    operation::{Declaration, Encoding, Misfit, Operation},
    owner::Owner,
    resolver::{Resolver, Resolving},
    rpc::{Rpc, RpcCall},
    shared::SharedCall,
    view::{CallsView, EndpointView, HedgesView, ServiceView},
};
use crate::{
    context::RequestContext,
    freshness::Keep,
    telemetry::story::{CallId, Event},
};

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
    /// Whose the answer is, and so as whom it is sent.
    owner: Owner,
    /// What the client method says of keeping the answer.
    keeping: Keeping,
    /// Under which key, where that is asked already.
    ticket: Option<Arc<Ticket>>,
    /// Whether a reply is one that the client can use. No other one is kept.
    accepts: fn(&Reply, usize) -> bool,
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
    /// Its place in the story of its request.
    pub(crate) call: CallId,
    /// The span of the present attempt, of which its service is told.
    pub(crate) span: u64,
}

impl Outgoing {
    /// A call that is about to go down, with all the time that its request has for calls.
    fn new<K: Safety>(
        operation: &'static str,
        policy: CallPolicy,
        ask: Asker,
        headers: HeaderMap,
        wire: Wire,
        accepts: fn(&Reply, usize) -> bool,
    ) -> Box<Self> {
        let Asker { context, owner, keeping } = ask;
        let (deadline, now) = (context.inner().calls_deadline, Instant::now());
        Box::new(Self {
            operation,
            policy,
            idempotent: K::IDEMPOTENT,
            read_only: K::READ_ONLY,
            attempt: 0,
            context,
            owner,
            keeping,
            ticket: None,
            accepts,
            deadline,
            trail: Trail::default(),
            peer: None,
            now,
            headers,
            wire,
            call: CallId::NONE,
            span: 0,
        })
    }

    /// Tells what a policy has decided about it.
    fn tell(&self, event: Event) {
        self.tell_at(self.now, event);
    }

    fn tell_at(&self, now: Instant, event: Event) {
        self.context.story().event(self.call, event, now);
    }
}

/// What goes onto the wire.
#[derive(Clone)]
pub(crate) enum Wire {
    Http { method: Method, path_and_query: String, body: Option<Bytes> },
    Grpc { path: &'static str, message: Bytes },
}

/// What came back: the bytes of a success. Everything else is a [`CallError`].
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) body: Bytes,
    /// Whether an HTTP reply calls itself JSON.
    pub(crate) json: bool,
    /// HTTP's status, or gRPC's code.
    pub(crate) status: u16,
    /// Whether it was kept, so that nothing was sent.
    pub(crate) kept: bool,
    /// What its headers say about keeping it, if anything.
    head: Option<Arc<Head>>,
    /// Whether the service says that what is kept is still right, and so sent no body: 304.
    not_modified: bool,
    /// How long what is made of it may be kept.
    pub(crate) keep: Keep,
    /// Why it is not the service's present answer, and how old it is.
    pub(crate) stale: Option<Stale>,
}

impl Reply {
    /// A reply whose headers and status say nothing.
    pub(crate) fn new(body: Bytes, json: bool) -> Self {
        Self {
            body,
            json,
            status: 0,
            kept: false,
            head: None,
            not_modified: false,
            keep: Keep::No,
            stale: None,
        }
    }
}

/// Shows nothing of what the service said.
impl fmt::Debug for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { body, status, kept, keep, stale, .. } = self;
        out.debug_struct("Reply")
            .field("bytes", &body.len())
            .field("status", status)
            .field("kept", kept)
            .field("keep", keep)
            .field("stale", stale)
            .finish_non_exhaustive()
    }
}

/// What is to be said of a reply that is no longer fresh (RFC 9111, section 4.2.4).
#[derive(Debug, Clone)]
pub(crate) struct Stale {
    /// Why there is no fresh one: the service's failure, or that one is being fetched.
    pub(crate) error: CallError,
    /// How long ago the service said it.
    pub(crate) age: Duration,
}

/// What every step of the outbound stack answers with.
pub(crate) type Outcome = Result<Reply, CallError>;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

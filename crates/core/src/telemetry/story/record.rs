//! The records of a story. Times are instants; whoever needs the time of day works it out.

use std::{borrow::Cow, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::call::{Endpoint, Reason};

/// What became of one section.
#[derive(Debug, Clone)]
pub struct SectionRecord {
    /// Its name in the payload, with dots between nested screens.
    pub name: Cow<'static, str>,
    /// Its place in the screen, by which calls know it.
    pub place: u16,
    /// What it was filled with.
    pub outcome: SectionOutcome,
    /// Why it is not the service's present answer.
    pub reason: Option<Reason>,
    /// What the log must say about a failure.
    pub detail: Option<String>,
    /// When the fan-out began.
    pub began: Instant,
    /// Time from then to its answer, or until it was given up.
    pub elapsed: Duration,
}

/// What a section was filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectionOutcome {
    /// The services' own answer, asked for now.
    Fresh,
    /// A kept answer that is still fresh: nothing was sent.
    Cached,
    /// What the service said before.
    Stale,
    /// The default of the screen or of the configuration.
    Fallback,
    /// `null`.
    Absent,
    /// Nothing: the screen fails.
    Failed,
    /// Nothing: nobody waited for it any more.
    Cancelled,
}

impl SectionOutcome {
    /// Every outcome.
    pub const ALL: [Self; 7] =
        [Self::Fresh, Self::Cached, Self::Stale, Self::Fallback, Self::Absent, Self::Failed, Self::Cancelled];

    /// As metrics, spans and `Server-Timing` say it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Cached => "cached",
            Self::Stale => "stale",
            Self::Fallback => "fallback",
            Self::Absent => "absent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One call of a story, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallId(u16);

impl CallId {
    /// Of what is about no call, or about one that is not told.
    pub(crate) const NONE: Self = Self(u16::MAX);

    pub(super) fn of(place: usize) -> Self {
        u16::try_from(place).map_or(Self::NONE, Self)
    }

    /// Its place in the list of calls.
    pub(crate) fn place(self) -> Option<usize> {
        (self != Self::NONE).then_some(usize::from(self.0))
    }
}

/// One call, with all its attempts.
#[derive(Debug, Clone)]
pub(crate) struct CallRecord {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    /// The place of the section that it is for; none if a handler awaits it.
    pub(crate) section: Option<u16>,
    pub(crate) began: Instant,
    /// None while it is on its way.
    pub(crate) ended: Option<(Ended, Instant)>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Answered,
    /// By a kept answer that is fresh.
    Kept,
    /// By a stale one.
    Stale,
    Failed(Reason),
    /// Nobody waited any more.
    Cancelled,
}

impl Ended {
    /// As spans and `Server-Timing` say it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Kept => "cached",
            Self::Stale => "stale",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One attempt on a service.
#[derive(Debug, Clone)]
pub(crate) struct AttemptRecord {
    pub(crate) call: CallId,
    /// 0 for the first, one more for each retry.
    pub(crate) number: u32,
    /// The service was told of this span as its parent.
    pub(crate) span: u64,
    pub(crate) endpoint: Option<Arc<Endpoint>>,
    /// The path of the method over gRPC, the HTTP method otherwise.
    pub(crate) wire: AttemptWire,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) end: AttemptEnd,
}

/// What an attempt sends.
#[derive(Debug, Clone)]
pub(crate) enum AttemptWire {
    Http(http::Method),
    Grpc(&'static str),
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptEnd {
    /// With this status, if anything answered: HTTP's, or gRPC's code.
    Answered {
        status: u16,
    },
    Failed {
        reason: Reason,
        status: Option<u16>,
    },
    Cancelled,
}

/// What a policy decided, and when.
#[derive(Debug, Clone)]
pub(crate) struct EventRecord {
    pub(crate) call: CallId,
    pub(crate) event: Event,
    pub(crate) at: Instant,
}

/// What a policy decided.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A kept answer was fresh.
    CacheHit,
    /// A kept answer is used while a fresh one is fetched.
    Revalidating { age: Duration },
    /// The last good answer stands in for a failure.
    StaleIfError { age: Duration, reason: Reason },
    /// It waits for the same call of somebody else.
    Coalesced,
    /// Another attempt is made after a pause.
    Retry { attempt: u32, pause: Duration, reason: Reason },
    /// No other attempt is made: no time, or the budget is spent.
    NoRetry { reason: Reason, why: &'static str },
    /// A second attempt is sent beside a slow one.
    Hedged,
    /// The second attempt answered first.
    HedgeWon,
    /// Every breaker is open: nothing was sent.
    BreakerOpen,
    /// It waited for a place in the bulkhead.
    BulkheadWaited { waited: Duration },
    /// It got none.
    BulkheadFull,
    /// The configuration's fallback stands in.
    Fallback { reason: Reason },
    /// The request was refused by a quota of this name.
    RateLimited { policy: String },
    /// The request was refused by admission.
    Shed { reason: &'static str },
}

impl Event {
    /// Its name on a span.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CacheHit => "cache.hit",
            Self::Revalidating { .. } => "cache.revalidating",
            Self::StaleIfError { .. } => "cache.stale_if_error",
            Self::Coalesced => "coalesced",
            Self::Retry { .. } => "retry",
            Self::NoRetry { .. } => "retry.refused",
            Self::Hedged => "hedge",
            Self::HedgeWon => "hedge.won",
            Self::BreakerOpen => "breaker.open",
            Self::BulkheadWaited { .. } => "bulkhead.waited",
            Self::BulkheadFull => "bulkhead.full",
            Self::Fallback { .. } => "fallback",
            Self::RateLimited { .. } => "rate_limited",
            Self::Shed { .. } => "shed",
        }
    }
}

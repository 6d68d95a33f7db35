//! [`Fault`]: what the model must notice. The steps are those of production; a fault is around them, so that they work as if
//! they had it themselves.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
};

use super::{
    super::{Kept, generations::Tag},
    cast::Callers,
    law::Law,
    record::Shared,
    says::Says,
};
use crate::{
    call::{Outcome, Outgoing, Owner},
    step::Step,
};

/// What is wrong with the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    /// Keys of answers don't say whose they are.
    KeyWithoutIdentity,
    /// `no-store` is not heard.
    IgnoredNoStore,
    /// `must-revalidate` is not heard.
    IgnoredMustRevalidate,
    /// Who waits for a public call gets its answer even if that is private.
    SharedPrivateAnswer,
    /// Writes end nothing.
    LostWrite,
    /// Writes end what is kept when they begin, and not when they have ended.
    WriteThatEndsTooEarly,
    /// Everybody sends a call of their own.
    NoCoalescing,
    /// A call is not woken when its answer comes.
    LostWaking,
    /// What a reply says of one key is taken for another's.
    MixedUpKeys,
}

/// What is looked for: the breach of one of these laws, by steps with this fault.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hunt {
    pub(super) fault: Fault,
    pub(super) laws: &'static [Law],
}

impl Hunt {
    pub(super) const FOR_ANYTHING: Self = Self { fault: Fault::Nothing, laws: Law::ALL };
}

impl Fault {
    /// What the steps hear of what the service says.
    pub(super) fn heard(self, says: Says) -> Says {
        match self {
            Self::IgnoredNoStore => says.without_no_store(),
            Self::IgnoredMustRevalidate => says.without_must_revalidate(),
            _ => says,
        }
    }
}

/// Where a fault can be: above all steps, between those of coalescing and storing, below all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Above,
    Between,
    Below,
}

/// A step that passes on what comes, spoilt.
pub(super) struct Spoilt<S> {
    pub(super) inner: S,
    pub(super) place: Place,
    pub(super) fault: Fault,
    pub(super) service: &'static str,
    pub(super) record: Shared,
    pub(super) kept: Arc<Kept>,
    pub(super) strangers: Callers,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Spoilt<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let Self { place, fault, .. } = *self;
        match place {
            Place::Above => self.spoil(&mut outgoing),
            Place::Below => self.restore_owner(&mut outgoing),
            Place::Between => {}
        }
        if (place, fault) == (Place::Between, Fault::LostWaking) {
            let mut call = pin!(self.inner.call(outgoing));
            return poll_fn(|_| call.as_mut().poll(&mut Context::from_waker(Waker::noop()))).await;
        }
        let outcome = self.inner.call(outgoing).await;
        if (place, fault) == (Place::Between, Fault::SharedPrivateAnswer) {
            return outcome.map(|reply| crate::call::Reply { head: None, ..reply });
        }
        outcome
    }
}

impl<S> Spoilt<S> {
    fn spoil(&self, outgoing: &mut Outgoing) {
        let caller = self.record.lock().calls[outgoing.policy.attempts as usize].caller;
        let stranger = |number: usize| Owner::caller(Arc::clone(&self.strangers[number]));
        let is_owned = outgoing.owner.identity().is_some();
        match self.fault {
            Fault::KeyWithoutIdentity if is_owned => outgoing.owner = stranger(0),
            Fault::LostWrite | Fault::WriteThatEndsTooEarly if !outgoing.read_only => {
                if self.fault == Fault::WriteThatEndsTooEarly {
                    self.kept.end(Tag::of_write(&outgoing.owner, self.service, &outgoing.keeping.ends));
                }
                outgoing.owner = stranger(caller);
                outgoing.keeping.ends.clear();
            }
            Fault::NoCoalescing => outgoing.policy.coalesce = false,
            _ => {}
        }
    }

    /// The service is told who asks.
    fn restore_owner(&self, outgoing: &mut Outgoing) {
        let is_stranger = |identity| self.strangers.iter().any(|stranger| Arc::ptr_eq(stranger, identity));
        if outgoing.owner.identity().is_some_and(is_stranger) {
            let record = self.record.lock();
            let caller = record.calls[outgoing.policy.attempts as usize].caller;
            outgoing.owner = Owner::caller(Arc::clone(&record.cast.callers[caller]));
        }
    }
}

//! Answers from what is kept: a fresh answer at once, a stale one where it may be used, and none after a write has ended it.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use tokio::{runtime::Handle, time::Instant};
use tower::Layer;

use super::{
    Ticket,
    entry::Entry,
    generations::{Stamp, Tag},
    key::{Key, Sent},
    levels::Levels,
    shared::Versions,
    terms::State,
};
use crate::{
    call::{CallError, Outcome, Outgoing, Owner, Reason, observe::ServiceCounters},
    context::RequestContext,
    step::Step,
    telemetry::story::{CallId, Event},
};

#[derive(Clone)]
pub(in crate::call) struct LookupLayer {
    service: &'static str,
    levels: Levels,
    counters: Arc<ServiceCounters>,
}

impl LookupLayer {
    pub(in crate::call) fn new(
        service: &'static str,
        levels: Levels,
        counters: &Arc<ServiceCounters>,
    ) -> Self {
        Self { service, levels, counters: Arc::clone(counters) }
    }
}

impl<S> Layer<S> for LookupLayer {
    type Service = Lookup<S>;

    fn layer(&self, inner: S) -> Lookup<S> {
        let Self { service, levels, counters } = self.clone();
        Lookup { inner: Arc::new(inner), service, levels, counters }
    }
}

pub(in crate::call) struct Lookup<S> {
    /// Shared, since a fresh answer is fetched while nobody waits for it.
    inner: Arc<S>,
    service: &'static str,
    levels: Levels,
    counters: Arc<ServiceCounters>,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Lookup<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        if !outgoing.read_only {
            let tags = Tag::of_write(&outgoing.owner, self.service, &outgoing.keeping.ends);
            let ending = self.levels.ending(tags);
            let outcome = self.inner.call(outgoing).await;
            ending.end().await;
            return outcome;
        }
        let key = Key::of(&outgoing.owner, &Sent::of(self.service, &outgoing));
        let tags = Tag::of_answer(&outgoing.owner, self.service, &outgoing.keeping.tags);
        let stamp = self.levels.kept.stamp(tags);
        if !outgoing.policy.cache {
            outgoing.ticket =
                Some(Arc::new(Ticket { key, stamp, prior: None, versions: Versions::default() }));
            return self.inner.call(outgoing).await;
        }
        let (mut prior, mut versions) = (self.levels.find(&key, stamp), Versions::default());
        if self.levels.is_shared() && !prior.as_ref().is_some_and(|prior| prior.is_fresh(outgoing.now)) {
            let tags: Vec<_> =
                Tag::of_answer(&outgoing.owner, self.service, &outgoing.keeping.tags).collect();
            (prior, versions) = Box::pin(self.levels.look_further(&key, stamp, &tags, prior)).await;
            outgoing.now = Instant::now();
        }
        if let Some(entry) = &prior {
            match entry.state(outgoing.now) {
                State::Fresh { left } => {
                    self.counters.kept.fetch_add(1, Relaxed);
                    outgoing.tell(Event::CacheHit);
                    return entry.fresh(left);
                }
                State::Revalidate => {
                    self.counters.stale.fetch_add(1, Relaxed);
                    outgoing.tell(Event::Revalidating { age: entry.age(outgoing.now) });
                    let stale = entry.stale(revalidating(), outgoing.now);
                    self.refresh(
                        entry,
                        Ticket { key, stamp, prior: Some(Arc::clone(entry)), versions },
                        outgoing,
                    );
                    return stale;
                }
                State::IfError | State::Dead => {}
            }
        }
        let whose = prior.is_some().then(|| Whose::of(&outgoing));
        let ticket = Arc::new(Ticket { key, stamp, prior, versions });
        outgoing.ticket = Some(Arc::clone(&ticket));
        match (self.inner.call(outgoing).await, whose) {
            // Looked up again: what is kept may have been ended, or refused, since.
            (Err(error), Some(whose)) if may_be_stood_in_for(&error) => {
                let stamp = self.levels.kept.stamp(Tag::of_answer(&whose.owner, self.service, &whose.tags));
                self.stand_in(&ticket.key, stamp, &whose, error)
            }
            (outcome, _) => outcome,
        }
    }
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Lookup<S> {
    /// Fetches a fresh answer while nobody waits for it. One at a time; if it fails, whoever asks next tries again.
    fn refresh(&self, entry: &Arc<Entry>, ticket: Ticket, mut outgoing: Box<Outgoing>) {
        let (Some(refreshing), Ok(runtime)) = (entry.begin_refresh(), Handle::try_current()) else { return };
        outgoing.deadline = outgoing.now + outgoing.policy.timeout;
        outgoing.ticket = Some(Arc::new(ticket));
        let inner = Arc::clone(&self.inner);
        runtime.spawn(async move {
            // What it comes to is kept, or found out by the next one who asks.
            let _ = inner.call(outgoing).await;
            drop(refreshing);
        });
    }

    /// The last good answer, or the failure where there is none that may still be used.
    fn stand_in(&self, key: &Key, stamp: Stamp, whose: &Whose, error: CallError) -> Outcome {
        let now = Instant::now();
        let Some(entry) = self.levels.find(key, stamp) else { return Err(error) };
        match entry.state(now) {
            State::Fresh { left } => entry.fresh(left),
            State::Revalidate | State::IfError => {
                self.counters.stale.fetch_add(1, Relaxed);
                let event = Event::StaleIfError { age: entry.age(now), reason: error.reason() };
                whose.context.story().event(whose.call, event, now);
                entry.stale(error, now)
            }
            State::Dead => Err(error),
        }
    }
}

/// Who asked, for the time after the call.
struct Whose {
    owner: Owner,
    tags: Vec<&'static str>,
    context: RequestContext,
    call: CallId,
}

impl Whose {
    fn of(outgoing: &Outgoing) -> Self {
        let Outgoing { owner, keeping, context, call, .. } = outgoing;
        Self { owner: owner.clone(), tags: keeping.tags.clone(), context: context.clone(), call: *call }
    }
}

/// RFC 5861, 4: where the service can't be reached or says that it failed. What it refuses stays refused.
fn may_be_stood_in_for(error: &CallError) -> bool {
    matches!(error.reason(), Reason::Timeout | Reason::Unavailable | Reason::Failed | Reason::OpenBreaker)
}

fn revalidating() -> CallError {
    CallError::new(Reason::Revalidating, "a fresh answer is being fetched")
}

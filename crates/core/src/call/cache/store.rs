//! Keeps what a service answers, for as long as it may be kept. Once a call, however many wait for it.

use std::sync::Arc;

use tokio::time::Instant;
use tower::Layer;

use super::{
    Ticket,
    entry::{Answer, Entry},
    head::Head,
    judge::{judge, judge_negative},
    levels::Levels,
    terms::{Audience, Declared, State, Terms, Verdict},
};
use crate::{
    call::{CallError, Keep, Outcome, Outgoing, Reason, Reply},
    step::Step,
};

#[derive(Clone)]
pub(in crate::call) struct StoreLayer {
    levels: Levels,
    max_depth: usize,
}

impl StoreLayer {
    pub(in crate::call) fn new(levels: Levels, max_depth: usize) -> Self {
        Self { levels, max_depth }
    }
}

impl<S> Layer<S> for StoreLayer {
    type Service = Store<S>;

    fn layer(&self, inner: S) -> Store<S> {
        let Self { levels, max_depth } = self.clone();
        Store { inner, levels, max_depth }
    }
}

pub(in crate::call) struct Store<S> {
    inner: S,
    levels: Levels,
    max_depth: usize,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Store<S> {
    type Out = Outcome;

    async fn call(&self, mut outgoing: Box<Outgoing>) -> Outcome {
        let Some(ticket) = outgoing.ticket.clone().filter(|_| outgoing.policy.cache) else {
            return self.inner.call(outgoing).await;
        };
        if let Some(prior) = &ticket.prior {
            prior.ask_for_changes(&mut outgoing.headers);
        }
        let asked = Asked {
            at: outgoing.now,
            declared: outgoing.keeping.declared,
            audience: outgoing.owner.identity().map_or(Audience::Everyone, |_| Audience::Caller),
            accepts: outgoing.accepts,
            ticket,
        };
        match self.inner.call(outgoing).await {
            Ok(reply) if reply.not_modified => self.renew(&asked, &reply),
            Ok(reply) => Ok(self.keep(&asked, reply)),
            Err(error) => {
                self.remember(&asked, &error);
                Err(error)
            }
        }
    }
}

/// What is known of a call while it is on its way.
struct Asked {
    at: Instant,
    declared: Declared,
    audience: Audience,
    accepts: fn(&Reply, usize) -> bool,
    ticket: Arc<Ticket>,
}

impl Asked {
    /// How long a reply with these terms may be kept by others, from now on. It has aged on its way (RFC 9111, 4.2.3).
    fn left(&self, terms: &Terms) -> Keep {
        match terms.state(terms.age + self.at.elapsed()) {
            State::Fresh { left } => Keep::For(left),
            _ => Keep::No,
        }
    }
}

impl<S> Store<S> {
    /// A reply, which is kept if it may be and if it is one that the client can use.
    fn keep(&self, asked: &Asked, mut reply: Reply) -> Reply {
        let usable = || (asked.accepts)(&reply, self.max_depth).then(|| Answer::of(&reply));
        reply.keep = self.judge(asked, reply.head.as_deref(), usable);
        reply
    }

    /// What is kept, since the service says that it has not changed (RFC 9111, 4.3.4).
    fn renew(&self, asked: &Asked, reply: &Reply) -> Outcome {
        let unasked =
            || CallError::new(Reason::InvalidReply, "the service answered 304 for what is not kept");
        let prior = asked.ticket.prior.as_ref().ok_or_else(unasked)?;
        let Some(answer) = prior.answer.renewed(reply.head.as_deref()) else {
            self.forget(asked);
            return Err(CallError::new(Reason::InvalidReply, "the service answered 304 for another reply"));
        };
        let mut renewed = answer.reply().ok_or_else(unasked)?;
        renewed.keep = self.judge(asked, renewed.head.as_deref(), || Some(answer));
        Ok(renewed)
    }

    /// How long others may keep a reply with this head. Here it is kept for as long, if there is an answer to keep.
    fn judge(&self, asked: &Asked, head: Option<&Head>, answer: impl FnOnce() -> Option<Answer>) -> Keep {
        match judge(head, &asked.declared, asked.audience, &self.levels.kept.bounds, fastrand::f64()) {
            Verdict::Keep(terms) => {
                let Some(answer) = answer() else { return Keep::No };
                self.put(asked, answer, terms);
                asked.left(&terms)
            }
            Verdict::Unkept { no_store } => {
                // What was kept before is not the answer any more.
                self.forget(asked);
                if no_store { Keep::NoStore } else { Keep::No }
            }
        }
    }

    /// A failure. "No such thing" is an answer, for a moment; whatever the service refuses ends what is kept, even if another
    /// call has brought it since this one was sent; an outage does not.
    fn remember(&self, asked: &Asked, error: &CallError) {
        match error.reason() {
            Reason::Timeout
            | Reason::Unavailable
            | Reason::Failed
            | Reason::Rejected
            | Reason::OpenBreaker
            | Reason::InvalidReply
            | Reason::Revalidating
            | Reason::Internal => {}
            Reason::NotFound => {
                let (head, bounds) = (error.head(), &self.levels.kept.bounds);
                match judge_negative(head, &asked.declared, asked.audience, bounds, fastrand::f64()) {
                    Verdict::Keep(terms) => {
                        // It takes the place of what is kept even if it was made before, as its `Age` may say.
                        self.levels.kept.forget(&asked.ticket.key);
                        self.put(asked, Answer::Missing(error.clone()), terms);
                    }
                    Verdict::Unkept { .. } => self.end(asked),
                }
            }
            Reason::Forbidden
            | Reason::Unauthenticated
            | Reason::Conflict
            | Reason::InvalidRequest
            | Reason::Refused => self.end(asked),
        }
    }

    /// Ends what is kept, an answer too that another call has brought meanwhile.
    fn end(&self, asked: &Asked) {
        self.levels.kept.forget(&asked.ticket.key);
        if asked.ticket.prior.is_some() {
            self.levels.forget(&asked.ticket.key);
        }
    }

    fn put(&self, asked: &Asked, answer: Answer, terms: Terms) {
        let entry = Entry::new(answer, terms, asked.at, asked.ticket.stamp);
        self.levels.put(&asked.ticket, entry);
    }

    /// What a reply has replaced. Only where there was something, since most calls have nothing kept; a refusal is rare, and ends
    /// what came meanwhile too.
    fn forget(&self, asked: &Asked) {
        if asked.ticket.prior.is_some() {
            self.levels.forget(&asked.ticket.key);
        }
    }
}

//! [`World`]: the service. It makes up its mind when the schedule says so, answers when the schedule says so, and remembers as
//! whom it was asked.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::header;

use super::{
    law::Law,
    record::{Called, Kind, Record, Said, Sent, Shared},
};
use crate::{
    call::{CallError, Outcome, Outgoing, Reason, Reply},
    step::Step,
};

/// The service.
pub(super) struct World(pub(super) Shared);

impl Step<Box<Outgoing>> for World {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let number = self.0.lock().arrive(&outgoing);
        let _gone = Gone { record: &self.0, number };
        drop(outgoing);
        poll_fn(|context| self.0.lock().receive(number, context)).await
    }
}

/// A call that nobody waits for any more is over.
struct Gone<'a> {
    record: &'a Shared,
    number: usize,
}

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.record.lock().give_up(self.number);
    }
}

impl Record {
    fn arrive(&mut self, outgoing: &Outgoing) -> usize {
        // No retry stands in this stack, so the number of its attempts is free to say which call it is.
        let call = outgoing.policy.attempts as usize;
        let Called { request, resource, kind, .. } = self.calls[call];
        let whose = outgoing.owner.identity().map(|identity| {
            let known = self.cast.callers.iter().position(|caller| Arc::ptr_eq(caller, identity));
            known.expect("nobody else asks")
        });
        let event = self.moment().event;
        let unless = outgoing.headers.get(header::IF_NONE_MATCH).map(|etag| {
            let etag = etag.to_str().expect("an entity tag of ours");
            etag.trim_matches('"').parse().expect("an entity tag of ours")
        });
        let number = self.sent.len();
        self.tell(|record| {
            let asks = unless.map_or(String::new(), |answer| format!(", unless {answer} is still right"));
            format!("#{number} arrives for {}{asks}", record.name(call))
        });
        if whose != self.whose(call) {
            self.break_law(Law::OthersData, format_args!("#{number} is not sent as whom it is asked"));
        }
        if let Some(answer) = unless.map(|answer: usize| &self.sent[answer])
            && (answer.whose, answer.resource, answer.kind) != (whose, resource, kind)
        {
            self.break_law(
                Law::OthersData,
                format_args!("#{number} asks with the entity tag of another answer"),
            );
        }
        if let Some(twin) = self.twin(call, whose, event) {
            self.break_law(
                Law::Twice,
                format_args!("#{number} is in flight while #{twin} is, which asks the same"),
            );
        }
        self.sent.push(Sent {
            call,
            request,
            whose,
            resource,
            kind,
            arrived: event,
            asked: outgoing.now,
            unless,
            computed: None,
            delivered: false,
            received: None,
            over: None,
            waker: None,
        });
        number
    }

    /// A call is over, whether or not it was answered.
    fn give_up(&mut self, number: usize) {
        let event = self.moment().event;
        self.sent[number].over.get_or_insert(event);
        if self.sent[number].received.is_none()
            && let Some(call) = self.forsaken_by(number)
        {
            let name = self.name(call);
            self.break_law(Law::Left, format_args!("{name} waits for #{number}, which is given up"));
        }
    }

    /// Whether the service may say that the answer which a call asks about is still right.
    pub(super) fn is_unchanged(&self, number: usize) -> Option<usize> {
        let Sent { whose, resource, unless, .. } = self.sent[number];
        let answer = unless?;
        let (at, _) = self.sent[answer].computed?;
        let changed = self.sent.iter().any(|sent| {
            let Kind::Write { .. } = sent.kind else { return false };
            let later = sent.computed.is_some_and(|(computed, _)| computed.event > at.event);
            later && self.does_end(Some(sent.call), resource, whose)
        });
        (!changed).then_some(answer)
    }

    /// The service makes up its mind.
    pub(super) fn compute(&mut self, number: usize, said: Said) {
        let moment = self.moment();
        self.sent[number].computed = Some((moment, said));
        self.tell(|_| format!("#{number}: the service computes {said}"));
    }

    /// Its answer goes out.
    pub(super) fn deliver(&mut self, number: usize) {
        let sent = &mut self.sent[number];
        sent.delivered = true;
        if let Some(waker) = sent.waker.take() {
            waker.wake();
        }
        self.tell(|_| format!("#{number} is answered"));
    }

    /// Its answer comes in.
    fn receive(&mut self, number: usize, context: &Context<'_>) -> Poll<Outcome> {
        let Some((_, said)) = self.sent[number].computed.filter(|_| self.sent[number].delivered) else {
            self.sent[number].waker = Some(context.waker().clone());
            return Poll::Pending;
        };
        let moment = self.moment();
        let has_etag = self.cast.resources[self.sent[number].resource].has_etag;
        let sent = &mut self.sent[number];
        (sent.received, sent.over) = (Some(moment), Some(moment.event));
        let (kind, fault) = (sent.kind, self.hunt.fault);
        Poll::Ready(match said {
            Said::Whole { says, usable, lacks } => {
                let head =
                    if kind.is_read() { fault.heard(says).head(has_etag.then_some(number)) } else { None };
                let keys = if let Kind::Many(keys) = kind { keys & !lacks } else { 0 };
                let body = format!("{}{number}:{keys}", if usable { "" } else { "!" });
                Ok(Reply { head, ..Reply::new(Bytes::from(body), true) })
            }
            Said::Unchanged { of, says } => {
                let head = fault.heard(says).head(Some(of));
                Ok(Reply { head, not_modified: true, ..Reply::new(Bytes::new(), false) })
            }
            Said::Failure { reason, says } => {
                let head = if reason == Reason::NotFound { fault.heard(says).head(None) } else { None };
                Err(CallError::new(reason, number.to_string()).with_head(head))
            }
        })
    }
}

/// What a client can use.
pub(super) fn accepts(reply: &Reply, _: usize) -> bool {
    !reply.body.starts_with(b"!")
}

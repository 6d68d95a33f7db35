//! Which calls there may be, and how long they go on: one for all who ask the same, for as long as somebody does.

use super::super::{
    cast::Whose,
    record::{Called, Event, Kind, Record, Said, Sending, Sent},
};

impl Record {
    /// A call in flight that asks the same, so that another one is one too many.
    pub(in super::super) fn twin(&self, call: usize, whose: Whose, now: Event) -> Option<usize> {
        let Called { request, resource, kind, .. } = self.calls[call];
        let began = |call: usize| self.calls[call].began.map_or(0, |began| began.event);
        let asks_the_same = |other: &Sent| match (kind, other.kind) {
            (Kind::Write { sent, .. }, Kind::Write { sent: other_sent, .. }) => {
                let alike = matches!(sent, Sending::Keyed(_)) || other.request == request;
                sent == other_sent && sent != Sending::Once && alike
            }
            _ => kind == other.kind,
        };
        let may_wait = |other: &Sent| self.cast.resources[resource].coalesce || other.request == request;
        // A write has ended after the one began and before the other one did.
        let is_before_write = |one: usize, other: usize| {
            kind.is_read() && self.was_ended(resource, whose, began(one), began(other)).is_some()
        };
        let is_parted = |other: usize| is_before_write(call, other) || is_before_write(other, call);
        // Who came after a write has taken its place, so that nobody can join it any more.
        let is_displaced = |other: &Sent| {
            self.sent.iter().any(|later| {
                let is_same = (later.whose, later.resource, later.kind) == (whose, resource, kind);
                is_same && later.arrived > other.arrived && is_before_write(other.call, later.call)
            })
        };
        // What one of them has waited for turned out to be another request's alone. Such calls go out alone.
        let was_turned_away = |call: usize| {
            let mut answers = self.sent.iter().enumerate().filter(|(_, sent)| {
                let in_time = sent.received.is_some_and(|at| began(call) < at.event && at.event < now);
                in_time && (sent.whose, sent.resource, sent.kind) == (whose, resource, kind)
            });
            whose.is_none() && answers.any(|(number, _)| self.may_be_one_requests_alone(number))
        };
        self.sent.iter().position(|other| {
            other.over.is_none()
                && (other.whose, other.resource) == (whose, resource)
                && asks_the_same(other)
                && may_wait(other)
                && !is_parted(other.call)
                && !is_displaced(other)
                && !was_turned_away(call)
                && !was_turned_away(other.call)
        })
    }

    /// A call that can wait for nothing but this call of the service.
    pub(in super::super) fn forsaken_by(&self, number: usize) -> Option<usize> {
        let Sent { call, request, whose, resource, kind, arrived, .. } = self.sent[number];
        let may_wait = |called: &Called| {
            let is_same = match kind {
                Kind::Write { sent, .. } => {
                    matches!(called.kind, Kind::Write { sent: other, .. } if other == sent)
                }
                kind => called.kind == kind,
            };
            let joins = match kind {
                Kind::Write { sent: Sending::Once, .. } => false,
                Kind::Write { sent: Sending::Idempotent, .. } => called.request == request,
                _ => called.request == request || self.cast.resources[resource].coalesce,
            };
            is_same && joins && called.resource == resource
        };
        (0..self.calls.len()).find(|other| {
            let called = &self.calls[*other];
            let Some(began) = called.began.map(|began| began.event).filter(|began| *began > arrived) else {
                return false;
            };
            let waits = !called.is_over && called.got.is_none() && *other != call;
            let may_wait_for_another = |sent: &Sent| {
                let is_another = sent.arrived != arrived && (sent.whose, sent.resource) == (whose, resource);
                sent.call == *other || is_another && sent.over.is_none_or(|over| over > began)
            };
            waits
                && self.whose(*other) == whose
                && may_wait(called)
                && !self.sent.iter().any(may_wait_for_another)
        })
    }

    /// Whether it is in flight, and no call and no fetching of a fresh answer can be waiting for it.
    pub(in super::super) fn is_for_nobody(&self, number: usize) -> bool {
        let Sent { whose, resource, kind, over, .. } = self.sent[number];
        let may_wait = |call: &usize| {
            let called = &self.calls[*call];
            let is_same = called.kind.is_read() == kind.is_read() && called.resource == resource;
            is_same && self.whose(*call) == whose && (!called.is_over || called.revalidates())
        };
        over.is_none() && !(0..self.calls.len()).any(|call| may_wait(&call))
    }

    pub(in super::super) fn may_be_one_requests_alone(&self, number: usize) -> bool {
        let answer = match self.sent[number].computed {
            Some((_, Said::Whole { .. })) => number,
            Some((_, Said::Unchanged { of, .. })) => of,
            _ => return false,
        };
        self.proofs(answer).iter().any(|(proof, says)| *proof == number && !says.is_shareable())
    }
}

//! How the law is read: what an answer must have come from.

use std::{fmt, time::Duration};

use super::{
    super::{
        record::{Called, Event, Kind, Moment, Record, Said, Sending, Sent},
        says::{Limits, Says},
    },
    Breach, Failure, Got, Law, Via,
};
use crate::{call::Reason, freshness::Keep};

/// One call's outcome, to be judged.
struct Case<'a> {
    record: &'a Record,
    number: usize,
    call: &'a Called,
    began: Event,
    now: Moment,
}

/// How an outcome has come about, or what is wrong about it.
pub(in super::super) fn judge(record: &Record, call: usize, now: Moment, got: &Got) -> Result<Via, Breach> {
    let called = &record.calls[call];
    let began = called.began.map_or(0, |began| began.event);
    let case = Case { record, number: call, call: called, began, now };
    match got {
        Got::Answer { number, usable, stale, keep } => {
            let proofs = record.proofs(*number);
            // The latest first: it is the likeliest, and says best what is wrong.
            let mut breach = None;
            for (proof, says) in proofs.into_iter().rev() {
                let via = case.proves(proof, &says, *usable, stale.as_ref()).and_then(|via| {
                    case.is_kept_no_longer(proof, &says, via, *keep)?;
                    Ok(via)
                });
                match via {
                    Ok(via) if *number != proof && via == Via::Own => return Ok(Via::Renewed),
                    Ok(via) => return Ok(via),
                    Err(wrong) => breach = breach.or(Some(wrong)),
                }
            }
            Err(breach.unwrap_or_else(|| Breach::of(Law::Nowhere, "an answer that nobody gave")))
        }
        Got::Failure(failure) => case.explains(failure),
    }
}

impl Case<'_> {
    /// Whether this call of the service makes the answer a right one.
    fn proves(
        &self,
        proof: usize,
        says: &Says,
        usable: bool,
        stale: Option<&(Failure, Duration)>,
    ) -> Result<Via, Breach> {
        let sent = self.concerns(proof)?;
        let whose = self.record.whose(self.number);
        if whose.is_none() && !says.is_shareable() && sent.request != self.call.request {
            let what = format!("{} gets #{proof}, which is for request {} alone", self.name(), sent.request);
            return Err(Breach::of(Law::OthersData, what));
        }
        if stale.is_none() && self.is_waited_for(sent) {
            let is_own = sent.call == self.number;
            return Ok(if is_own { Via::Own } else { Via::Joined });
        }
        let resource = &self.record.cast.resources[self.call.resource];
        let limits = says.limits(resource).filter(|_| self.call.kind.is_read() && resource.cache && usable);
        let limits = limits.ok_or_else(|| {
            Breach::of(Law::Unkept, format!("{} gets #{proof}, which may not be kept", self.name()))
        })?;
        self.is_in_time(proof, says, limits, stale)
    }

    /// Whether what was kept may still be used.
    fn is_in_time(
        &self,
        proof: usize,
        says: &Says,
        limits: Limits,
        stale: Option<&(Failure, Duration)>,
    ) -> Result<Via, Breach> {
        let wrong = |what: fmt::Arguments<'_>| {
            Err(Breach::of(Law::Stale, format!("{} gets #{proof}, {what}", self.name())))
        };
        let age = says.age() + (self.now.time - self.record.sent[proof].asked);
        let (via, limit, decided) = match stale {
            None => (Via::Fresh, limits.fresh, self.began),
            Some((failure, _)) if failure.reason == Reason::Revalidating => {
                (Via::Revalidating, limits.while_revalidate, self.began)
            }
            Some((failure, _)) => {
                let allowed = [Reason::Timeout, Reason::Unavailable, Reason::Failed, Reason::OpenBreaker];
                if !allowed.contains(&failure.reason) {
                    return wrong(format_args!("after {}", failure.reason));
                }
                self.explains(failure)?;
                (Via::IfError, limits.if_error, self.now.event)
            }
        };
        if age >= limit {
            return wrong(format_args!("{age:?} old, where {limit:?} is the limit ({via:?})"));
        }
        if let Some((_, told)) = stale.filter(|(_, told)| *told != age) {
            return wrong(format_args!("{age:?} old, and says that it is {told:?} old"));
        }
        if let Some(refusal) = self.refused_since(proof, decided) {
            return wrong(format_args!("which #{refusal} has refused since"));
        }
        Ok(via)
    }

    /// Whether a failure comes from somewhere.
    fn explains(&self, failure: &Failure) -> Result<Via, Breach> {
        let Some(number) = failure.number else {
            let in_time = self.call.deadline.is_none_or(|deadline| self.now.time < deadline);
            if failure.reason != Reason::Timeout || in_time {
                let what = format!("{} fails without a cause: {}", self.name(), failure.reason);
                return Err(Breach::of(Law::Nowhere, what));
            }
            return Ok(Via::Timeout);
        };
        let sent = self.concerns(number)?;
        let Some((_, Said::Failure { reason, says })) = sent.computed.filter(|_| sent.received.is_some())
        else {
            return Err(Breach::of(Law::Nowhere, format!("{}: #{number} has not failed", self.name())));
        };
        if self.is_waited_for(sent) {
            return Ok(Via::Failure);
        }
        let resource = &self.record.cast.resources[self.call.resource];
        let is_kept = self.call.kind.is_read() && resource.cache && reason == Reason::NotFound;
        let limits = says.limits_of_missing(resource).filter(|_| is_kept).ok_or_else(|| {
            let what = format!("{} gets the failure of #{number}, which may not be kept", self.name());
            Breach::of(Law::Unkept, what)
        })?;
        self.is_in_time(number, &says, limits, None).map(|_| Via::Missing)
    }

    /// The call of the service, if it says anything about what is asked here.
    fn concerns(&self, number: usize) -> Result<&Sent, Breach> {
        let sent = self.record.sent.get(number).ok_or_else(|| Breach::of(Law::Nowhere, "no such call"))?;
        let whose = self.record.whose(self.number);
        let is_same = !self.call.kind.is_read() || sent.kind == self.call.kind;
        if (sent.whose, sent.resource) != (whose, self.call.resource) || !is_same {
            let what =
                format!("{} gets #{number}, the answer of {}", self.name(), self.record.name(sent.call));
            return Err(Breach::of(Law::OthersData, what));
        }
        let computed = sent.computed.map_or(0, |(at, _)| at.event);
        let is_read = self.call.kind.is_read();
        let ended = self.record.was_ended(self.call.resource, whose, computed, self.began);
        if let Some(ended) = ended.filter(|_| is_read) {
            let what =
                format!("{} gets #{number}, from before the write that ended as event {ended}", self.name());
            return Err(Breach::of(Law::LostWrite, what));
        }
        Ok(sent)
    }

    /// Whether it was in flight while this call was, which could therefore wait for it.
    fn is_waited_for(&self, sent: &Sent) -> bool {
        let in_time = sent.received.is_some_and(|at| at.event > self.began);
        let coalesce = self.record.cast.resources[self.call.resource].coalesce;
        let may_wait = match self.call.kind {
            _ if sent.call == self.number => true,
            Kind::Write { sent: Sending::Once, .. } => false,
            Kind::Write { sent: sending, .. } => {
                let Kind::Write { sent: other, .. } = sent.kind else { return false };
                let same = sent.request == self.call.request;
                sending == other && (same || coalesce && matches!(sending, Sending::Keyed(_)))
            }
            kind => sent.kind == kind && (coalesce || sent.request == self.call.request),
        };
        in_time && may_wait
    }

    /// A refusal of the same that has come in after an answer and was not asked for before it, and that was known. Of two that
    /// come in the other way round nobody can tell which one is true.
    fn refused_since(&self, proof: usize, known: Event) -> Option<usize> {
        let answer = &self.record.sent[proof];
        self.record.sent.iter().position(|sent| {
            let refuses = matches!(
                sent.computed,
                Some((
                    _,
                    Said::Failure { reason: Reason::Forbidden | Reason::NotFound | Reason::Conflict, .. }
                ))
            );
            let is_same =
                (sent.whose, sent.resource, sent.kind) == (answer.whose, answer.resource, answer.kind);
            let is_known = sent.received.is_some_and(|at| {
                at.event < known && answer.received.is_none_or(|before| at.event > before.event)
            });
            refuses && is_same && is_known && sent.asked >= answer.asked
        })
    }

    /// What is said of keeping a reply that this answer goes into.
    fn is_kept_no_longer(&self, proof: usize, says: &Says, via: Via, keep: Keep) -> Result<(), Breach> {
        let Keep::For(left) = keep else { return Ok(()) };
        let sent = &self.record.sent[proof];
        // An answer has aged on its way, and since, where it was kept. Who has waited for it counts what was since (RFC 9111,
        // 4.2.3).
        let until = if via == Via::Fresh { self.now.time } else { sent.received.unwrap_or(self.now).time };
        let age = says.age() + (until - sent.asked);
        let resource = &self.record.cast.resources[self.call.resource];
        let fresh = says.limits(resource).map_or(Duration::ZERO, |limits| limits.fresh);
        if says.no_store() || age + left > fresh {
            let what = format!(
                "{} may be kept for {left:?}, {age:?} old, where {fresh:?} is the limit",
                self.name()
            );
            return Err(Breach::of(Law::Told, what));
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.record.name(self.number)
    }
}

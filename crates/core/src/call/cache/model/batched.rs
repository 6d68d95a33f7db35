//! Keys that are asked for one by one, and go out together: as batches do it in production, above the same steps.

use std::sync::Arc;

use bytes::Bytes;
use tokio::task::unconstrained;

use super::{
    fault::Fault,
    law::{Breach, Failure, Got, Law, Via},
    record::{Called, Kind, Record},
    stage::Stage,
};
use crate::{
    call::{Answered, BoxFuture, Call, CallError, Keyed, Origin, Reason},
    context::RequestContext,
    step::Step as _,
};

/// A key.
pub(super) type Key = usize;

/// Keys of one call, a bit for each.
pub(super) type Keys = u8;

/// How many there are.
pub(super) const KEYS: Key = 4;

/// One for each resource.
const OPERATIONS: [&str; super::cast::RESOURCES] = ["model.first", "model.second", "model.third"];

/// What is answered of one key: by which call of the service, and which key that says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    number: usize,
    key: Key,
}

impl Stage<'_> {
    /// A call for one key, to be polled.
    pub(super) fn call_for_key(&self, context: &RequestContext, member: usize, key: Key) -> BoxFuture<()> {
        let called = self.record.lock().calls[member].clone();
        let (record, policy, fault) = (self.record.clone(), self.policy(), self.fault());
        let stack = Arc::clone(self.stack_of(member));
        let operation = OPERATIONS[called.resource];
        let ask = {
            let (record, context) = (record.clone(), context.clone());
            move |keys: Vec<Key>| {
                let number = record.lock().gather(&called, &keys);
                Call::new(async move {
                    let outgoing = record.lock().begin(number, context, policy);
                    let ending = record.ending(number);
                    let mut outcome = stack.call(outgoing).await;
                    ending.judge(&outcome);
                    let stale = outcome.as_mut().ok().and_then(|reply| reply.stale.take());
                    Ok(Answered::of(parts(&outcome?.body, fault)?, stale.map(|stale| stale.of("model"))))
                })
            }
        };
        let call = context.batched(operation, true, key, ask);
        Box::pin(unconstrained(async move {
            record.lock().begin_member(member);
            let _ending = record.ending(member);
            let answered = call.answered().await;
            record.lock().judge_member(member, key, &answered);
        }))
    }
}

/// The keys that a reply has.
fn parts(body: &Bytes, fault: Fault) -> Result<Keyed<Key, Part>, CallError> {
    let unread = || CallError::new(Reason::InvalidReply, "nobody can use it");
    let (number, keys) =
        std::str::from_utf8(body).ok().and_then(|text| text.split_once(':')).ok_or_else(unread)?;
    let (number, keys): (usize, Keys) =
        (number.parse().map_err(|_| unread())?, keys.parse().map_err(|_| unread())?);
    let named = |key| if fault == Fault::MixedUpKeys { (key + 1) % KEYS } else { key };
    let has = (0..KEYS).filter(|key| keys & 1 << key != 0);
    Ok(has.map(|key| (named(key), Ok(Part { number, key }))).collect())
}

impl Record {
    fn begin_member(&mut self, member: usize) {
        let moment = self.moment();
        self.calls[member].began = Some(moment);
        self.tell(|record| format!("{} begins", record.name(member)));
    }

    /// The call for all keys that are waited for: each of them, and no other.
    fn gather(&mut self, opener: &Called, keys: &[Key]) -> usize {
        let number = self.calls.len();
        let mask = keys.iter().fold(0, |mask, key| mask | 1 << key);
        let mut missed = None;
        for (member, called) in self.calls.iter_mut().enumerate() {
            let Kind::Key(key) = called.kind else { continue };
            let same = (called.request, called.resource) == (opener.request, opener.resource);
            if same && called.began.is_some() && called.part_of.is_none() && !called.is_over {
                called.part_of = Some(number);
                missed = missed.or((!keys.contains(&key)).then_some(member));
            }
        }
        if let Some(member) = missed {
            let what = format!("{} does not go out with the others", self.name(member));
            self.break_law(Law::Twice, what);
        }
        let called = Called { kind: Kind::Many(mask), ..opener.clone() };
        self.calls.push(called);
        number
    }

    fn judge_member(&mut self, member: usize, key: Key, answered: &Result<Answered<Part>, CallError>) {
        self.tell(|record| format!("{} gets {}", record.name(member), told(answered)));
        match self.is_part(member, key, answered) {
            Ok(()) => self.ways[Via::Batched as usize] += 1,
            Err(breach) => self.break_law(breach.law, breach.what),
        }
    }

    /// Whether a key got what the call for all keys got for it. That call is judged as every other.
    fn is_part(
        &self,
        member: usize,
        key: Key,
        answered: &Result<Answered<Part>, CallError>,
    ) -> Result<(), Breach> {
        let wrong = |law, what: &str| Err(Breach { law, what: format!("{}: {what}", self.name(member)) });
        let Some(whole) = self.calls[member].part_of.map(|whole| &self.calls[whole]) else {
            return wrong(Law::Nowhere, "it was never sent");
        };
        if (whole.request, whole.caller) != (self.calls[member].request, self.calls[member].caller) {
            return wrong(Law::OthersData, "it went out with another request's");
        }
        let lacks = |number: usize| self.lacks(number) & 1 << key != 0;
        let reason = answered.as_ref().err().map(CallError::reason);
        let is_right = match (answered, &whole.got) {
            (Ok(Answered { value, stand_in, .. }), Some(Got::Answer { number, stale, .. })) => {
                if *value != (Part { number: *number, key }) {
                    return wrong(Law::OthersData, &format!("it gets {value:?}, where #{number} answers"));
                }
                let says = stand_in.as_ref().map(|stand_in| (stand_in.error.reason(), stand_in.origin));
                let is = stale.map(|(Failure { reason, .. }, age)| (reason, Origin::Stale { age }));
                if says != is {
                    return wrong(Law::Stale, &format!("it says {says:?} and is {is:?}"));
                }
                true
            }
            (Err(_), Some(Got::Failure(failure))) => reason == Some(failure.reason),
            (Err(_), Some(Got::Answer { usable: false, .. })) => reason == Some(Reason::InvalidReply),
            // What stands in for an outage lacks nothing: the key may be there by now.
            (Err(_), Some(Got::Answer { number, stale, .. })) => {
                let outage = stale.map(|(failure, _)| failure.reason);
                lacks(*number) && (reason == Some(Reason::NotFound) || reason == outage)
            }
            (Ok(_), Some(Got::Failure(_))) | (_, None) => false,
        };
        if is_right {
            return Ok(());
        }
        let got = whole.got.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        wrong(Law::Nowhere, &format!("it gets {}, and the call for all keys {got}", told(answered)))
    }
}

fn told(answered: &Result<Answered<Part>, CallError>) -> String {
    match answered {
        Ok(Answered { value: Part { number, key }, .. }) => format!("key {key} of #{number}"),
        Err(error) => error.to_string(),
    }
}

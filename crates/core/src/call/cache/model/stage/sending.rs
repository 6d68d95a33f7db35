//! A call from its beginning to its end.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method};

use super::super::{
    super::Keeping,
    cast::TIMEOUT,
    law::{Got, judge},
    record::{Called, Kind, Record, Sending, Shared},
    world::accepts,
};
use crate::{
    call::{
        Idempotent, Outcome, Outgoing, Owner, ReadOnly, Unsafe, Wire, coalesce::IDEMPOTENCY_KEY,
        draft::Asker, policy::CallPolicy,
    },
    context::RequestContext,
};

impl Shared {
    /// To be held until a call is answered or dropped.
    pub(in super::super) fn ending(&self, call: usize) -> Ending {
        Ending { record: self.clone(), call }
    }
}

/// A call that is on its way.
pub(in super::super) struct Ending {
    record: Shared,
    call: usize,
}

impl Ending {
    pub(in super::super) fn judge(&self, outcome: &Outcome) {
        self.record.lock().judge(self.call, Got::of(outcome));
    }
}

/// After the steps below, which were called later, so what a write ends has ended.
impl Drop for Ending {
    fn drop(&mut self) {
        let mut record = self.record.lock();
        record.calls[self.call].is_over = true;
        if !record.calls[self.call].kind.is_read() {
            let event = record.moment().event;
            record.ends.push((event, Some(self.call)));
        }
    }
}

impl Record {
    /// A call as it goes down the stack.
    pub(in super::super) fn begin(
        &mut self,
        number: usize,
        context: RequestContext,
        policy: CallPolicy,
    ) -> Box<Outgoing> {
        let moment = self.moment();
        let settled = self.settled;
        let called = &mut self.calls[number];
        called.began = Some(moment);
        called.settled = settled;
        called.deadline = Some(context.inner().calls_deadline.min(moment.time + TIMEOUT));
        let Called { caller, resource, kind, .. } = *called;
        let resource = &self.cast.resources[resource];
        let mut keeping = Keeping { declared: resource.declared, tags: resource.tags(), ends: Vec::new() };
        let mut owner = Owner::caller(Arc::clone(&self.cast.callers[caller]));
        let (mut headers, mut method, mut path) = (HeaderMap::new(), Method::GET, resource.path.clone());
        if let Kind::Many(keys) = kind {
            path = format!("{path}?keys={keys}");
        }
        match kind {
            Kind::Write { sent, ends } => {
                method = if sent == Sending::Idempotent { Method::PUT } else { Method::POST };
                if let Sending::Keyed(key) = sent {
                    headers.insert(IDEMPOTENCY_KEY, HeaderValue::from(key));
                }
                keeping = Keeping { ends: ends.to_vec(), ..Keeping::default() };
            }
            _ if resource.public => owner = Owner::everyone(),
            _ => {}
        }
        let attempts = u32::try_from(number).expect("a handful");
        let (cache, coalesce) = (resource.cache, resource.coalesce);
        let policy = CallPolicy { timeout: TIMEOUT, attempts, cache, coalesce, ..policy };
        let wire = Wire::Http { method, path_and_query: path, body: None };
        let ask = Asker { context, owner, keeping };
        self.tell(|record| format!("{} begins{}", record.name(number), record.particulars(number)));
        match kind {
            Kind::Write { sent: Sending::Once, .. } => {
                Outgoing::new::<Unsafe>("model", policy, ask, headers, wire, accepts)
            }
            Kind::Write { .. } => Outgoing::new::<Idempotent>("model", policy, ask, headers, wire, accepts),
            _ => Outgoing::new::<ReadOnly>("model", policy, ask, headers, wire, accepts),
        }
    }

    fn judge(&mut self, number: usize, got: Got) {
        let now = self.moment();
        self.tell(|record| format!("{} {got}", record.name(number)));
        match judge(self, number, now, &got) {
            Ok(via) => self.ways[via as usize] += 1,
            Err(breach) => self.break_law(breach.law, breach.what),
        }
        self.calls[number].got = Some(got);
    }
}

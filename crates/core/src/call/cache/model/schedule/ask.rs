//! What is asked, and what the service says to it.

use std::{
    sync::{Arc, atomic::AtomicBool},
    task::Waker,
};

use super::{
    super::{
        super::keeping::Ends,
        batched::KEYS,
        cast::{LIST, SERVICES, secs},
        record::{Called, Kind, Said, Sending},
        says::Says,
        tape::Tape,
    },
    Flag, Live, MOST, Schedule,
};
use crate::call::Reason;

/// What a write ends beside what its caller has of its service.
const ENDS: [&[Ends]; 8] = [
    &[],
    &[],
    &[],
    &[Ends { tag: SERVICES[0], for_all: false }],
    &[Ends { tag: LIST, for_all: false }],
    &[Ends { tag: LIST, for_all: true }],
    &[Ends { tag: SERVICES[0], for_all: true }],
    &[Ends { tag: SERVICES[1], for_all: true }],
];

const REASONS: [Reason; 9] = [
    Reason::Failed,
    Reason::Unavailable,
    Reason::Timeout,
    Reason::OpenBreaker,
    Reason::NotFound,
    Reason::NotFound,
    Reason::Forbidden,
    Reason::Conflict,
    Reason::Rejected,
];

impl Schedule<'_> {
    /// Somebody asks, in a request of its own or in one that is there.
    pub(super) fn ask(&mut self) -> bool {
        if self.live.len() == MOST {
            return false;
        }
        let tape = &mut *self.tape;
        // One of them more often, so that callers meet.
        let (caller, resource) = (tape.pick(&[0, 0, 0, 1, 2]), tape.pick(&[0, 0, 0, 0, 1, 1, 2]));
        let sent = [Sending::Once, Sending::Idempotent, Sending::Keyed(0), Sending::Keyed(1)];
        let kind = match tape.below(8) {
            0..5 => Kind::Read,
            5 => Kind::Key(tape.below(KEYS)),
            _ => Kind::Write { sent: tape.pick(&sent), ends: tape.pick(&ENDS) },
        };
        // Keys go together within a request only.
        let joins = if let Kind::Key(_) = kind { tape.below(4) > 0 } else { tape.once_in(4) };
        let joined = self.live.iter().find(|live| joins && live.caller == caller);
        let (request, context) = joined.map_or_else(
            || self.stage.request(secs(tape.pick(&[8, 4, 8, 2, 1]))),
            |live| (live.request, live.context.clone()),
        );
        let mut record = self.stage.record.lock();
        let call = record.calls.len();
        record.calls.push(Called {
            request,
            caller,
            resource,
            kind,
            began: None,
            deadline: None,
            settled: 0,
            is_over: false,
            got: None,
            part_of: None,
        });
        drop(record);
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let future = self.stage.call(context.clone(), call);
        self.live.push(Live { call, caller, request, context, future, flag, waker });
        true
    }
}

/// What the service says. `unchanged` is the answer that is still right.
pub(super) fn said(tape: &mut Tape, unchanged: Option<usize>) -> Said {
    if tape.below(4) == 3 {
        return Said::Failure { reason: tape.pick(&REASONS), says: Says::draw(tape) };
    }
    match unchanged.filter(|_| !tape.once_in(4)) {
        Some(of) => {
            Said::Unchanged { of, says: if tape.once_in(2) { Says::draw(tape) } else { Says::default() } }
        }
        None => Said::Whole {
            says: Says::draw(tape),
            usable: !tape.once_in(12),
            lacks: tape.pick(&[0, 0, 0, 0, 1, 2, 6]),
        },
    }
}

//! The end of a history: all answers come in, and then nobody waits and nothing is left.

use std::sync::atomic::Ordering::Relaxed;

use tokio::{runtime::Handle, task::yield_now};

use super::{
    super::{
        law::Law,
        record::{Called, Record, Said, Sent},
        says::Says,
    },
    Schedule,
};

/// Far more than it takes.
const ROUNDS: usize = 50;

impl Schedule<'_> {
    /// All answers come in. No time passes, so that no deadline hides a call that is not woken.
    pub(super) async fn finish(&mut self) {
        for _ in 0..ROUNDS {
            self.answer_all();
            while let Some(place) = self.live.iter().position(|live| live.flag.0.load(Relaxed)) {
                self.poll_at(place);
            }
            yield_now().await;
            if self.live.is_empty() && Handle::current().metrics().num_alive_tasks() == 0 {
                break;
            }
        }
        self.inspect();
    }

    fn answer_all(&mut self) {
        let mut record = self.stage.record.lock();
        for number in 0..record.sent.len() {
            if record.sent[number].over.is_none() && record.sent[number].computed.is_none() {
                record.compute(number, Said::Whole { says: Says::default(), usable: true, lacks: 0 });
            }
            if record.sent[number].over.is_none() && !record.sent[number].delivered {
                record.deliver(number);
            }
        }
    }

    /// Nobody waits, and nothing is left.
    fn inspect(&mut self) {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let is_idle = self.stage.is_idle();
        let mut record = self.stage.record.lock();
        if let Some(live) = self.live.first() {
            let name = record.name(live.call);
            record.break_law(Law::Hang, format_args!("{name} has no answer when all are there"));
        }
        if let Some(number) = record.sent.iter().position(|sent| sent.over.is_none()) {
            record.break_law(Law::Hang, format_args!("#{number} is in flight when nobody waits"));
        }
        if tasks > 0 || !is_idle {
            record.break_law(Law::Hang, format_args!("{tasks} tasks are left, and flights: {}", !is_idle));
        }
        if let Some(request) = record.requests.iter().position(|request| request.strong_count() > 0) {
            record.break_law(Law::Hang, format_args!("request {request} is held by something"));
        }
        if let Some(call) = (0..record.calls.len()).find(|call| !record.is_refreshed(*call)) {
            let name = record.name(call);
            record.break_law(
                Law::Stale,
                format_args!("{name} got a stale answer, and no fresh one was fetched"),
            );
        }
    }
}

impl Record {
    /// Whether a fresh answer was fetched when a stale one was used, or one was on its way already.
    fn is_refreshed(&self, call: usize) -> bool {
        let Called { settled, resource, kind, .. } = self.calls[call];
        let revalidates = self.calls[call].revalidates();
        let whose = self.whose(call);
        let is_later = |sent: &Sent| {
            (sent.whose, sent.resource, sent.kind) == (whose, resource, kind)
                && sent.over.is_none_or(|over| over > settled)
        };
        !revalidates || self.sent.iter().any(is_later)
    }
}

//! What the deeds of a schedule are.

use std::{sync::atomic::Ordering::Relaxed, task::Context, time::Duration};

use tokio::{
    task::yield_now,
    time::{Instant, advance},
};

use super::{
    super::{
        law::Law,
        record::{Called, Record, Sent},
        tape::Tape,
    },
    Live, Schedule,
    ask::said,
};

impl Schedule<'_> {
    /// One of those that want to be polled, or one of those that don't.
    pub(super) fn poll(&mut self, needless: bool) -> bool {
        let wanted = self.live.iter().map(|live| live.flag.0.load(Relaxed) != needless);
        let place = choose(self.tape, wanted);
        place.is_some_and(|place| {
            self.poll_at(place);
            true
        })
    }

    /// Polls a call, which must be over when its time is.
    pub(super) fn poll_at(&mut self, place: usize) {
        let Live { call, future, flag, waker, .. } = &mut self.live[place];
        flag.0.store(false, Relaxed);
        let call = *call;
        if future.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
            self.live.swap_remove(place);
            return;
        }
        let mut record = self.stage.record.lock();
        if record.deadline_of(call).is_some_and(|deadline| deadline <= Instant::now()) {
            let name = record.name(call);
            record.break_law(Law::Hang, format_args!("{name} goes on when its time is over"));
        }
    }

    /// The service makes up its mind about a call that has reached it. A write that nobody waits for may be done all the same.
    pub(super) fn compute(&mut self) -> bool {
        let mut record = self.stage.record.lock();
        let open = |sent: &Sent| sent.computed.is_none() && (sent.over.is_none() || !sent.kind.is_read());
        let Some(number) = choose(self.tape, record.sent.iter().map(open)) else { return false };
        let said = said(self.tape, record.is_unchanged(number));
        record.compute(number, said);
        true
    }

    /// An answer comes in.
    pub(super) fn deliver(&mut self) -> bool {
        let mut record = self.stage.record.lock();
        let ready = |sent: &Sent| sent.computed.is_some() && !sent.delivered && sent.over.is_none();
        let number = choose(self.tape, record.sent.iter().map(ready));
        number.is_some_and(|number| {
            record.deliver(number);
            true
        })
    }

    /// Time passes.
    pub(super) async fn wait(&mut self) -> bool {
        let millis = self.tape.pick(&[1000, 100, 100, 500, 500, 1000, 2000, 2000, 5000, 10_000]);
        self.stage.record.lock().tell(|_| format!("{millis} ms pass"));
        advance(Duration::from_millis(millis)).await;
        self.settle()
    }

    /// Whoever works in the background does so.
    pub(super) async fn turn(&mut self) -> bool {
        yield_now().await;
        self.settle()
    }

    fn settle(&self) -> bool {
        self.stage.record.lock().settle();
        true
    }

    /// Somebody leaves.
    pub(super) fn leave(&mut self) -> bool {
        let Some(place) = choose(self.tape, self.live.iter().map(|_| true)) else { return false };
        let live = self.live.swap_remove(place);
        self.stage.record.lock().tell(|record| format!("{} is dropped", record.name(live.call)));
        true
    }

    pub(super) fn end_all(&mut self) -> bool {
        self.stage.end_all();
        true
    }
}

impl Record {
    /// When a call must be over, as far as that is known.
    fn deadline_of(&self, call: usize) -> Option<Instant> {
        let Called { deadline, part_of, .. } = self.calls[call];
        part_of.map_or(deadline, |whole| self.calls[whole].deadline)
    }
}

/// One of those that are so.
fn choose(tape: &mut Tape, are: impl Iterator<Item = bool> + Clone) -> Option<usize> {
    let count = are.clone().filter(|is| *is).count();
    let chosen = (count > 0).then(|| tape.below(count))?;
    are.enumerate().filter(|(_, is)| *is).nth(chosen).map(|(place, _)| place)
}

//! [`Ask`]: what a request lacks, on its way to Redis, and what becomes of the answer.

use tokio::time::Instant;

use super::{
    super::{
        charge::{Charge, Charges, Levels, MOST, Verdict},
        key::Key,
        memory::MemoryStore,
    },
    account::Taken,
    ledger::{Ledger, at_once, levels},
    script::{Answer, Wish},
};

/// A question to Redis on its way. Dropped without an answer it gives back what was taken for it.
pub(super) struct Ask<'a> {
    ledger: &'a Ledger,
    charges: &'a Charges<'a>,
    keys: [Key; MOST],
    parts: [Part; MOST],
    /// By the ledger's clock.
    began: u64,
    is_done: bool,
    /// Whether Redis gave no answer.
    is_away: bool,
}

/// What one charge is made of.
#[derive(Clone, Copy, Default)]
pub(super) struct Part {
    /// Of what is held.
    pub(super) taken: Taken,
    /// What Redis has to give.
    pub(super) lack: u32,
    /// What it may give.
    pub(super) want: u32,
    pub(super) is_asked: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        charges: &'a Charges<'a>,
        keys: [Key; MOST],
        parts: [Part; MOST],
        began: u64,
    ) -> Self {
        Self { ledger, charges, keys, parts, began, is_done: false, is_away: false }
    }

    /// What is asked, in the order of the charges.
    pub(super) fn wishes(&self) -> impl Iterator<Item = (&Charge<'a>, Wish)> {
        self.charges.iter().zip(&self.parts).filter(|(_, part)| part.is_asked).map(|(charge, part)| {
            (charge, Wish { gcra: charge.quota.gcra, need: part.lack, want: part.want })
        })
    }

    #[cfg(test)]
    pub(super) fn charges(&self) -> &'a Charges<'a> {
        self.charges
    }

    /// What Redis answered, at this time.
    pub(super) fn answered(mut self, answer: &Answer, now: Instant) -> Verdict {
        let now = self.ledger.time(now);
        let levels = self.end(Some(answer), !answer.fits, now);
        if answer.fits { Verdict::Admitted(levels.map(at_once)) } else { Verdict::Refused(levels) }
    }

    /// The same of an ask that only looks.
    pub(super) fn looked(mut self, answer: &Answer, now: Instant) -> Levels {
        let now = self.ledger.time(now);
        self.end(Some(answer), true, now)
    }

    /// Redis did not answer: what is lacking is charged to this instance's own part.
    pub(super) fn without(mut self, part: &MemoryStore, now: Instant) -> Verdict {
        let lacking = |part: &Part| part.lack > 0;
        let mut own = Charges::none();
        for (charge, _) in self.charges.iter().zip(&self.parts).filter(|(_, part)| lacking(part)) {
            if charge.closed {
                return Verdict::Unknown;
            }
            own.push(*charge);
        }
        let charged = part.charge(&own, now);
        let (Verdict::Admitted(of_own) | Verdict::Refused(of_own)) = charged else { return charged };
        let is_refused = matches!(charged, Verdict::Refused(_));
        let parts = self.parts;
        self.is_away = true;
        let mut levels = self.end(None, is_refused, self.ledger.time(now)).map(at_once);
        let own = levels.iter_mut().zip(&parts).filter(|(_, part)| lacking(part));
        own.zip(of_own).for_each(|((level, _), of_own)| *level = of_own);
        if is_refused { Verdict::Refused(levels) } else { Verdict::Admitted(levels) }
    }

    fn end(&mut self, answer: Option<&Answer>, gives_back: bool, now: u64) -> Levels {
        self.is_done = true;
        let (charges, parts) = (self.charges, &self.parts);
        self.ledger.table.update(&self.keys[..charges.len()], now, |accounts| {
            let mut given = answer.into_iter().flat_map(|answer| answer.given);
            for ((charge, account), part) in charges.iter().zip(accounts.iter_mut()).zip(parts) {
                if part.want > part.lack {
                    account.end_lease();
                }
                if let Some(given) = part.is_asked.then(|| given.next()).flatten() {
                    let more = given.units.saturating_sub(part.lack);
                    account.learn(charge.quota.gcra, given, more, charge.cost, now);
                }
                if self.is_away && part.is_asked {
                    account.forget();
                }
                if gives_back {
                    self.ledger.give_up(account.put_back(part.taken, now));
                }
            }
            (levels(charges, accounts, now), true)
        })
    }
}

impl Drop for Ask<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            let began = self.began;
            self.end(None, true, began);
        }
    }
}

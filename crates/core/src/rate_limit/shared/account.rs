//! [`Account`]: what this process knows and holds of one key. Pure, with the time as an argument, in microseconds.

use super::{
    super::{
        charge::{Charge, Level},
        gcra::Gcra,
        table::Entry,
    },
    demand::{AHEAD, Demand},
    script::Given,
};

/// Units that were taken in advance are given up after this time: what was charged then is not for much later.
const HELD: u64 = 1_000_000;

/// What Redis told counts for no longer, so that a key which an operator takes out there is soon free here.
const TOLD: u64 = 1_000_000;

/// Requests that are expected of a key before units are taken for them in advance: below that each costs its own units and no
/// more, which is exact.
const HOT: u32 = 8;

/// A key that is far from its limit may be given what it is expected to use in so many [`AHEAD`] with one question, all of which
/// is less than [`HELD`]: as long as that is no more than this part of what it has left, nobody else lacks it.
const LONGEST: u32 = 5;
const PART: u64 = 16;

/// A hot key that has nothing left is not asked for more often.
const PAUSE: u64 = 50_000;

/// What this process knows and holds of one key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    /// Units that Redis has charged and nobody has used.
    held: u32,
    held_until: u64,
    /// Where the key is at Redis, by our clock. It only ever moves on.
    tat: u64,
    told_until: u64,
    /// Whether nothing was left when Redis told.
    is_drained: bool,
    /// For a hot key that is drained.
    ask_after: u64,
    /// Whether somebody is asking for more than its own.
    is_leased: bool,
    demand: Demand,
}

/// Units that were taken out of an account, and when they would have been given up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    pub(super) units: u32,
    until: u64,
}

impl Account {
    /// Begins a request. Returns the units that are given up.
    pub(super) fn begin(&mut self, cost: u32, now: u64) -> u32 {
        self.demand.note(cost, now);
        if now < self.held_until { 0 } else { std::mem::take(&mut self.held) }
    }

    /// Units that Redis has to give.
    pub(super) fn lacks(&self, cost: u32) -> u32 {
        cost.saturating_sub(self.held)
    }

    /// Whether Redis has told of it lately.
    fn is_known(&self, now: u64) -> bool {
        now < self.told_until
    }

    /// Whether it is known that Redis would not give so many units, or too early to ask.
    pub(super) fn refuses(&self, gcra: Gcra, lack: u32, cost: u32, now: u64) -> bool {
        self.rests(cost, now) || self.is_known(now) && gcra.charge(self.tat, now, u64::from(lack)).is_err()
    }

    /// Takes what is held, up to the cost.
    pub(super) fn take(&mut self, cost: u32) -> Taken {
        let units = cost.min(self.held);
        self.held -= units;
        Taken { units, until: self.held_until }
    }

    /// Takes back what was not used. Returns the units that are given up.
    pub(super) fn put_back(&mut self, taken: Taken, now: u64) -> u32 {
        if taken.units > 0 && now < taken.until {
            self.held_until = if self.held == 0 { taken.until } else { self.held_until.min(taken.until) };
            self.held = self.held.saturating_add(taken.units);
            return 0;
        }
        taken.units
    }

    /// The units to ask for where so many are lacking: what is expected to be used soon, unless somebody asks for that
    /// already.
    pub(super) fn lease(&mut self, gcra: Gcra, lack: u32, cost: u32, now: u64) -> u32 {
        if self.is_leased || !self.is_hot(cost, now) {
            return lack;
        }
        if self.is_drained {
            self.ask_after = now + pause(gcra);
        }
        // What is given up costs no more than a second's units, or a hundredth of the burst.
        let most = (HELD / gcra.interval).max(gcra.tolerance / gcra.interval / 100);
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let expected = self.demand.expected(now);
        let left = if self.is_known(now) { gcra.available(self.tat, now) } else { 0 };
        let part = u32::try_from(left / PART).unwrap_or(u32::MAX);
        let want = expected.saturating_mul(LONGEST).min(part).max(expected).min(most).max(lack);
        self.is_leased = want > lack;
        want
    }

    /// Nobody asks for more than its own any longer.
    pub(super) fn end_lease(&mut self) {
        self.is_leased = false;
    }

    /// Redis has told of the key, and given what was needed and so many more.
    pub(super) fn learn(&mut self, gcra: Gcra, given: Given, more: u32, cost: u32, now: u64) {
        (self.tat, self.told_until) = (now + given.debt, now + TOLD);
        self.is_drained = gcra.available(self.tat, now) == 0;
        if !self.is_drained {
            self.ask_after = 0;
        } else if self.is_hot(cost, now) {
            self.ask_after = now + pause(gcra);
        }
        if more > 0 {
            self.held = self.held.saturating_add(more);
            self.held_until = now + HELD;
        }
    }

    /// Redis is away: what it has told counts no more, or most requests would be refused without being counted here.
    pub(super) fn forget(&mut self) {
        (self.told_until, self.is_drained, self.ask_after) = (0, false, 0);
    }

    /// What is left for this charge, with what is held.
    pub(super) fn level(&self, charge: &Charge<'_>, now: u64) -> Level {
        let (gcra, held) = (charge.quota.gcra, u64::from(self.held));
        let lack = self.lacks(charge.cost);
        let wait = gcra.charge(self.tat, now, u64::from(lack)).map_or_else(|short| short.wait, |_| 0);
        let rest = if lack > 0 && self.rests(charge.cost, now) { self.ask_after - now } else { 0 };
        Level {
            available: (gcra.available(self.tat, now) + held).min(u64::from(charge.quota.burst)),
            debt: gcra.debt(self.tat, now).saturating_sub(held.saturating_mul(gcra.interval)),
            wait: wait.max(rest),
        }
    }

    fn rests(&self, cost: u32, now: u64) -> bool {
        self.is_drained && now < self.ask_after && self.is_hot(cost, now)
    }

    fn is_hot(&self, cost: u32, now: u64) -> bool {
        self.demand.expected(now) >= cost.max(1).saturating_mul(HOT)
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> u32 {
        self.held
    }
}

impl Entry for Account {
    fn is_over(&self, now: u64) -> bool {
        let holds = self.held > 0 && now < self.held_until;
        !holds && !self.is_leased && !self.is_known(now) && self.demand.expected(now + AHEAD) == 0
    }

    /// Units that are held would be lost; after those, what is asked for most.
    fn weight(&self) -> u64 {
        u64::from(self.held) << 32 | u64::from(self.demand.weight())
    }
}

/// Shorter where a bucket would be full again by then, and with jitter, so that instances don't ask at one moment.
fn pause(gcra: Gcra) -> u64 {
    let due = PAUSE.min(gcra.tolerance / 2);
    due - due / 4 + fastrand::u64(0..=due / 2)
}

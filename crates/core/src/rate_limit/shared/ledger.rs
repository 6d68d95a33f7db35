//! [`Ledger`]: what this process knows and holds of all keys, over all workers.
//!
//! A request takes what is held, or is refused by what is known, or asks Redis for what is lacking ([`Ask`]). Nothing here
//! waits: who asks brings the answer, and an ask that is dropped gives back what it took.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::time::Instant;

use super::{
    super::{
        charge::{Charges, Level, Levels, MOST, Verdict},
        gcra::micros,
        memory::keys,
        table::Table,
    },
    account::Account,
    ask::{Ask, Part},
};

/// Keys that are known at once. More are forgotten, which costs a question each.
const MOST_KEYS: usize = 1 << 16;

pub(super) struct Ledger {
    pub(super) table: Table<Account>,
    epoch: Instant,
    /// Whether units are taken in advance.
    leases: bool,
    given_up: AtomicU64,
}

/// What begins a request.
#[expect(clippy::large_enum_variant, reason = "what is settled needs no allocation")]
pub(super) enum Step<'a> {
    Settled(Verdict),
    Ask(Ask<'a>),
}

impl Ledger {
    pub(super) fn new(max_keys: usize, leases: bool, epoch: Instant) -> Self {
        Self { table: Table::new(max_keys.min(MOST_KEYS)), epoch, leases, given_up: AtomicU64::new(0) }
    }

    /// Takes what is held, refuses what is known not to fit, or says what to ask.
    pub(super) fn begin<'a>(&'a self, charges: &'a Charges<'a>, now: Instant) -> Step<'a> {
        let (keys, now) = (keys(charges), self.time(now));
        let mut parts = [Part::default(); MOST];
        let settled = self.table.update(&keys[..charges.len()], now, |accounts| {
            let (mut is_refused, mut is_asked) = (false, false);
            for ((charge, account), part) in charges.iter().zip(accounts.iter_mut()).zip(&mut parts) {
                self.give_up(account.begin(if self.leases { charge.cost } else { 0 }, now));
                part.lack = account.lacks(charge.cost);
                part.is_asked = part.lack > 0;
                is_asked |= part.is_asked;
                is_refused |=
                    part.lack > 0 && account.refuses(charge.quota.gcra, part.lack, charge.cost, now);
            }
            if is_refused {
                return (Some(Verdict::Refused(levels(charges, accounts, now))), true);
            }
            for ((charge, account), part) in charges.iter().zip(accounts.iter_mut()).zip(&mut parts) {
                part.taken = account.take(charge.cost);
                part.want = part.lack;
                if self.leases && part.lack > 0 {
                    part.want = account.lease(charge.quota.gcra, part.lack, charge.cost, now);
                }
            }
            let settled = (!is_asked).then(|| Verdict::Admitted(levels(charges, accounts, now).map(at_once)));
            (settled, true)
        });
        match settled {
            Some(verdict) => Step::Settled(verdict),
            None => Step::Ask(Ask::new(self, charges, keys, parts, now)),
        }
    }

    /// Asks how much is left of each, and for nothing.
    pub(super) fn look<'a>(&'a self, charges: &'a Charges<'a>, now: Instant) -> Ask<'a> {
        let parts = [Part { is_asked: true, ..Part::default() }; MOST];
        Ask::new(self, charges, keys(charges), parts, self.time(now))
    }

    /// Forgets what says nothing any more.
    pub(super) fn sweep(&self, part: usize, parts: usize, now: Instant) {
        self.table.sweep(part, parts, self.time(now));
    }

    pub(super) fn give_up(&self, units: u32) {
        if units > 0 {
            self.given_up.fetch_add(u64::from(units), Relaxed);
        }
    }

    pub(super) fn time(&self, now: Instant) -> u64 {
        micros(now.saturating_duration_since(self.epoch))
    }

    #[cfg(test)]
    pub(super) fn given_up(&self) -> u64 {
        self.given_up.load(Relaxed)
    }

    #[cfg(test)]
    pub(super) fn held(&self, charge: &super::super::charge::Charge<'_>) -> u32 {
        self.table.update(&[charge.key()], 0, |accounts| (accounts[0].held(), false))
    }
}

pub(super) fn levels(charges: &Charges<'_>, accounts: &[Account], now: u64) -> Levels {
    let mut levels = Levels::default();
    for ((charge, account), level) in charges.iter().zip(accounts).zip(&mut levels) {
        *level = account.level(charge, now);
    }
    levels
}

/// That of a charge that has not to wait.
pub(super) fn at_once(level: Level) -> Level {
    Level { wait: 0, ..level }
}

//! The quotas of one instance, in its own memory.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    charge::{Charge, Charges, Level, Levels, MOST, Verdict},
    gcra::{Gcra, micros},
    key::Key,
    table::{Entry, Table},
};

/// A second's worth of keys is looked through at once: a whole pass takes this many seconds.
const PARTS: usize = 8;

/// All counts of one process.
pub(crate) struct MemoryStore {
    table: Table<Tat>,
    epoch: Instant,
    /// How many share the quotas without being able to ask each other.
    instances: u32,
}

/// Where a key is: see [`super::gcra`]. Microseconds since the store's epoch.
#[derive(Debug, Clone, Copy, Default)]
struct Tat(u64);

impl Entry for Tat {
    fn is_over(&self, now: u64) -> bool {
        self.0 <= now
    }

    fn weight(&self) -> u64 {
        self.0
    }
}

impl MemoryStore {
    /// For so many keys at most. `instances` is how many share the quotas without being able to ask each other.
    pub(crate) fn new(max_keys: usize, instances: u32) -> Self {
        Self { table: Table::new(max_keys), epoch: Instant::now(), instances }
    }

    /// Charges all, or nothing if one of them does not fit.
    pub(crate) fn charge(&self, charges: &Charges<'_>, now: Instant) -> Verdict {
        let (keys, now) = (keys(charges), self.time(now));
        self.table.update(&keys[..charges.len()], now, |tats| {
            let mut then = [0; MOST];
            let mut fits = true;
            for ((charge, tat), then) in charges.iter().zip(tats.iter()).zip(&mut then) {
                match self.gcra(charge).charge(tat.0, now, u64::from(charge.cost)) {
                    Ok(next) => *then = next,
                    Err(_) => fits = false,
                }
            }
            if !fits {
                return (Verdict::Refused(self.levels_of(charges, tats, now)), false);
            }
            let mut levels = [Level::default(); MOST];
            for (((charge, tat), then), level) in charges.iter().zip(tats).zip(then).zip(&mut levels) {
                tat.0 = then;
                let gcra = self.gcra(charge);
                *level = Level { available: gcra.available(then, now), debt: gcra.debt(then, now), wait: 0 };
            }
            (Verdict::Admitted(levels), true)
        })
    }

    /// What is left of each, without charging anything.
    pub(crate) fn levels(&self, charges: &Charges<'_>, now: Instant) -> Levels {
        let (keys, now) = (keys(charges), self.time(now));
        self.table.update(&keys[..charges.len()], now, |tats| (self.levels_of(charges, tats, now), false))
    }

    /// Forgets whoever owes nothing any more, for as long as it is polled.
    pub(crate) async fn sweep(&self) {
        for part in (0..PARTS).cycle() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.table.sweep(part, PARTS, self.time(Instant::now()));
        }
    }

    /// The keys that are counted.
    pub(crate) fn keys(&self) -> usize {
        self.table.len()
    }

    fn levels_of(&self, charges: &Charges<'_>, tats: &[Tat], now: u64) -> Levels {
        let mut levels = Levels::default();
        for ((charge, tat), level) in charges.iter().zip(tats).zip(&mut levels) {
            *level = charge.level(self.gcra(charge), tat.0, now);
        }
        levels
    }

    fn gcra(&self, charge: &Charge<'_>) -> Gcra {
        let whole = charge.quota.gcra;
        if self.instances > 1 { whole.share(self.instances, charge.cost) } else { whole }
    }

    fn time(&self, now: Instant) -> u64 {
        micros(now.saturating_duration_since(self.epoch))
    }
}

pub(super) fn keys(charges: &Charges<'_>) -> [Key; MOST] {
    let mut keys = [super::key::Who::EVERYONE.under(0); MOST];
    for (key, charge) in keys.iter_mut().zip(charges.iter()) {
        *key = charge.key();
    }
    keys
}

#[cfg(test)]
mod tests;

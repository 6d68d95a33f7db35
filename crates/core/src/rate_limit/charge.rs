//! What one request is charged, and what came of it.

use super::{
    gcra::Gcra,
    key::{Key, Who},
    quota::Quota,
};

/// The most quotas that one request is charged to. The configuration is held to it.
pub(crate) const MOST: usize = 8;

/// One quota that a request is charged to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge<'a> {
    pub(crate) quota: &'a Quota,
    pub(crate) who: Who,
    /// Units, no more than the quota's burst. 0 looks and takes nothing.
    pub(crate) cost: u32,
    /// Refused where nobody knows, and not counted by a share of its own.
    pub(crate) closed: bool,
}

/// All that one request is charged: all of it or nothing.
#[derive(Debug)]
pub(crate) struct Charges<'a> {
    list: [Option<Charge<'a>>; MOST],
    len: usize,
}

/// What is left of one quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Level {
    /// Units that would fit now.
    pub(crate) available: u64,
    /// Microseconds until the quota is whole again.
    pub(crate) debt: u64,
    /// Microseconds until the charge would have fit; 0 if it did.
    pub(crate) wait: u64,
}

/// What came of a request's charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All fitted, and all were charged.
    Admitted(Levels),
    /// Nothing was charged, since something did not fit.
    Refused(Levels),
    /// Nothing was charged, since nobody knows, and a charge says that it is `closed`.
    Unknown,
}

/// What is left of each quota, in the order of the charges.
pub(crate) type Levels = [Level; MOST];

impl<'a> Charges<'a> {
    pub(crate) fn none() -> Self {
        Self { list: [None; MOST], len: 0 }
    }

    /// These, of which there are at most [`MOST`].
    pub(crate) fn of(list: &[Charge<'a>]) -> Self {
        let mut charges = Self::none();
        for charge in list {
            charges.push(*charge);
        }
        charges
    }

    /// Adds one. One more than [`MOST`] is left out.
    pub(crate) fn push(&mut self, charge: Charge<'a>) {
        if let Some(place) = self.list.get_mut(self.len) {
            *place = Some(charge);
            self.len += 1;
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Charge<'a>> + Clone {
        self.list[..self.len].iter().map(|charge| charge.as_ref().expect("filled from the front"))
    }

    /// How much of its quotas is used up, by the one with the least left: all of it is so many parts.
    pub(crate) fn used(&self, levels: &Levels, parts: u32) -> u32 {
        let used = self.iter().zip(levels).map(|(charge, level)| {
            let burst = u64::from(charge.quota.burst.max(1));
            u64::from(parts) * burst.saturating_sub(level.available) / burst
        });
        u32::try_from(used.max().unwrap_or_default()).unwrap_or(parts)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Charge<'_> {
    pub(crate) fn key(&self) -> Key {
        self.who.under(self.quota.number)
    }

    /// What is left of its quota for a key that is at `tat`, and how long this charge would have had to wait.
    pub(crate) fn level(&self, gcra: Gcra, tat: u64, now: u64) -> Level {
        let wait = gcra.charge(tat, now, u64::from(self.cost)).map_or_else(|short| short.wait, |_| 0);
        Level { available: gcra.available(tat, now), debt: gcra.debt(tat, now), wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Per, QuotaConfig};

    #[test]
    fn the_quota_with_the_least_left_says_how_much_is_used() {
        let quota = |burst| Quota::new(1, "caller", QuotaConfig { count: 100, per: Per::Second, burst });
        let quotas = [quota(100), quota(1_000_000)];
        let charge = |quota| Charge { quota, who: Who::EVERYONE, cost: 1, closed: false };
        let charges = Charges::of(&quotas.each_ref().map(charge));
        for (left, used) in [
            ([100, 1_000_000], 0),
            ([99, 999_999], 0),
            ([50, 1_000_000], 32),
            ([50, 0], 64),
            ([200, 2_000_000], 0),
        ] {
            let mut levels = Levels::default();
            for (level, available) in levels.iter_mut().zip(left) {
                level.available = available;
            }
            assert_eq!(charges.used(&levels, 64), used, "{left:?} left");
        }
        assert_eq!(Charges::none().used(&Levels::default(), 64), 0);
    }
}

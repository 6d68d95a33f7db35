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

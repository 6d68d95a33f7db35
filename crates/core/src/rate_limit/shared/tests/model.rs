//! A Redis that counts as the script does, which [`super::arithmetic`] shows, at times that a test says.

use std::collections::HashMap;

use super::*;
use crate::rate_limit::{
    charge::MOST,
    key::Key,
    shared::script::{Answer, Given},
};

/// When a test begins, in microseconds since the epoch.
pub(super) const START: u64 = 5_000_000;

/// One Redis, whose clock is everybody's.
#[derive(Default)]
pub(super) struct Model {
    tats: HashMap<Key, u64>,
    /// Units, of all keys.
    pub(super) given: u64,
    /// Questions.
    pub(super) asked: u64,
}

impl Model {
    pub(super) fn answer(&mut self, ask: &Ask<'_>, now: u64) -> Answer {
        self.asked += 1;
        let wishes: Vec<_> = ask.wishes().map(|(charge, wish)| (charge.key(), wish)).collect();
        let at = |tats: &HashMap<Key, u64>, key| tats.get(&key).copied().unwrap_or_default();
        let fits = wishes
            .iter()
            .all(|(key, wish)| wish.gcra.charge(at(&self.tats, *key), now, wish.need.into()).is_ok());
        let mut answer = Answer { fits, given: [Given::default(); MOST] };
        for ((key, wish), given) in wishes.into_iter().zip(&mut answer.given) {
            let mut tat = at(&self.tats, key);
            let units = if fits { wish.gcra.available(tat, now).min(wish.want.into()) } else { 0 };
            if units > 0 {
                tat = wish.gcra.charge(tat, now, units).expect("it is available");
                self.tats.insert(key, tat);
            }
            self.given += units;
            let units = units.try_into().expect("no more than was wanted");
            *given = Given { units, debt: wish.gcra.debt(tat, now) };
        }
        answer
    }
}

pub(super) fn at(epoch: Instant, now: u64) -> Instant {
    epoch + Duration::from_micros(now)
}

//! The quotas that all instances have together, in a Redis.
//!
//! - [`script`]: one script on Redis' own clock charges all of a request's keys, or none. [`names`]: what the keys are called.
//! - [`ledger`]: what this process knows and holds of keys. Where the next units would fit only later, nobody asks until then.
//!   With leases, a key that is asked for often gets units in advance, and most of its requests ask nobody.
//! - What Redis can't say in time, or refuses to, each instance counts by its own part of a quota ([`MemoryStore`]), or
//!   refuses as unknown where the route says so. After one late answer nobody waits, until Redis answers in time again.
//!
//! More than Redis gave is never admitted. What is lost is never more than what was held, or on its way.

mod account;
mod ask;
mod demand;
mod ledger;
mod names;
mod script;
#[cfg(test)]
mod tests;

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{
    ask::Ask,
    ledger::{Ledger, Step},
    script::{Answer, Wish},
};
use super::{
    charge::{Charges, Levels, Verdict},
    memory::MemoryStore,
};
use crate::{
    config::RateLimitsConfig,
    link::{Faults, Link, Patience, Redis, Words},
};

const WORDS: Words = Words {
    away: "each instance counts its own part of the rate limits",
    refused: "each instance counts its own part of the rate limits",
    back: "the rate limits are counted together",
};

/// A second's worth of keys is looked through at once: a whole pass takes this many seconds.
const PARTS: usize = 4;

/// What all workers share of it.
pub(crate) struct SharedLimits {
    redis: Arc<Redis>,
    faults: Arc<Faults>,
    ledger: Ledger,
    bff: Box<str>,
}

/// The shared quotas as one worker has them: connections belong to the runtime that opens them. Dropping it closes them.
pub(crate) struct SharedStore {
    limits: Arc<SharedLimits>,
    link: Arc<Link>,
    _tasks: JoinSet<()>,
}

impl SharedLimits {
    /// Connects to nothing yet.
    pub(crate) fn new(redis: &Arc<Redis>, bff: &str, config: &RateLimitsConfig) -> Arc<Self> {
        Arc::new(Self {
            redis: Arc::clone(redis),
            faults: Arc::new(Faults::new(WORDS)),
            ledger: Ledger::new(config.max_keys, config.leases, Instant::now()),
            bff: bff.into(),
        })
    }

    /// Whether Redis answers, as far as requests have seen, and since when.
    pub(crate) fn standing(&self) -> (bool, Instant) {
        self.faults.standing()
    }

    /// Forgets what says nothing any more, for as long as it is polled.
    pub(crate) async fn sweep(&self) {
        for part in (0..PARTS).cycle() {
            sleep(Duration::from_secs(1)).await;
            self.ledger.sweep(part, PARTS, Instant::now());
        }
    }
}

impl SharedStore {
    /// Opens it on the runtime that this runs on. It connects in the background: a BFF starts while Redis is away.
    pub(crate) fn open(limits: &Arc<SharedLimits>) -> Self {
        let (redis, faults) = (Arc::clone(&limits.redis), Arc::clone(&limits.faults));
        let link = Arc::new(Link::new(redis, faults, Patience::Strict));
        let (mut tasks, kept) = (JoinSet::new(), Arc::clone(&link));
        tasks.spawn(async move { kept.keep().await });
        Self { limits: Arc::clone(limits), link, _tasks: tasks }
    }

    /// Charges all, or nothing if one of them does not fit. `part` is this instance's own, for as long as Redis is away. Waits
    /// for nobody where what is held or known is enough.
    pub(crate) async fn charge(&self, charges: &Charges<'_>, now: Instant, part: &MemoryStore) -> Verdict {
        match self.begin(charges, now, part) {
            Ok(verdict) => verdict,
            Err(asking) => asking.await,
        }
    }

    /// The verdict, or what asks for it: boxed, so that requests which ask nobody don't carry it.
    fn begin<'a>(
        &'a self,
        charges: &'a Charges<'a>,
        now: Instant,
        part: &'a MemoryStore,
    ) -> Result<Verdict, Pin<Box<impl Future<Output = Verdict> + 'a>>> {
        let ask = match self.limits.ledger.begin(charges, now) {
            Step::Settled(verdict) => return Ok(verdict),
            Step::Ask(ask) => ask,
        };
        Err(Box::pin(async move {
            match self.ask(&ask).await {
                Some(answer) => ask.answered(&answer, Instant::now()),
                None => ask.without(part, Instant::now()),
            }
        }))
    }

    /// What is left of each, without charging anything.
    pub(crate) async fn levels(&self, charges: &Charges<'_>, now: Instant, part: &MemoryStore) -> Levels {
        let ask = self.limits.ledger.look(charges, now);
        match self.ask(&ask).await {
            Some(answer) => ask.looked(&answer, Instant::now()),
            None => part.levels(charges, now),
        }
    }

    /// None if Redis does not say in time.
    async fn ask(&self, ask: &Ask<'_>) -> Option<Answer> {
        let wishes: Vec<Wish> = ask.wishes().map(|(_, wish)| wish).collect();
        let named = ask.wishes().map(|(charge, wish)| (names::of_charge(&self.limits.bff, charge), wish));
        let question = script::question(named);
        let asked = self.link.ask(async |mut redis| {
            let numbers: Vec<u64> = question.invoke_async(&mut redis).await?;
            script::answer(&numbers, &wishes).ok_or_else(script::no_answer)
        });
        asked.await
    }
}

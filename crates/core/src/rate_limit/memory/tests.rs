//! All or nothing, over any charges of several quotas at once.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;
use crate::{
    config::{Per, QuotaConfig},
    rate_limit::{key::Who, quota::Quota},
};

fn quota(number: u16, count: u32, burst: u32) -> Quota {
    Quota::new(number, "test", QuotaConfig { count, per: Per::Second, burst })
}

fn charge(quota: &Quota, who: Who, cost: u32) -> Charge<'_> {
    Charge { quota, who, cost, closed: false }
}

fn charges<'a>(list: &[Charge<'a>]) -> Charges<'a> {
    Charges::of(list)
}

fn alice() -> Who {
    Who::caller("login", "alice")
}

fn is_admitted(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Admitted(_))
}

#[tokio::test(start_paused = true)]
async fn a_burst_and_then_the_rate() {
    let (store, quota) = (MemoryStore::new(1000, 1), quota(1, 10, 3));
    let one = || is_admitted(store.charge(&charges(&[charge(&quota, alice(), 1)]), Instant::now()));
    assert_eq!([one(), one(), one(), one()], [true, true, true, false]);
    tokio::time::advance(Duration::from_millis(100)).await;
    assert_eq!([one(), one()], [true, false]);
    tokio::time::advance(Duration::from_hours(1)).await;
    assert_eq!([one(), one(), one(), one()], [true, true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_charged_to_nobody() {
    let (store, wide, narrow) = (MemoryStore::new(1000, 1), quota(1, 10, 10), quota(2, 1, 1));
    let both = [charge(&wide, alice(), 1), charge(&narrow, alice(), 1)];
    assert!(is_admitted(store.charge(&charges(&both), Instant::now())));
    for _ in 0..5 {
        let Verdict::Refused(levels) = store.charge(&charges(&both), Instant::now()) else {
            panic!("the narrow one has nothing left");
        };
        assert_eq!((levels[0].available, levels[0].wait), (9, 0));
        assert_eq!((levels[1].available, levels[1].wait), (0, 1_000_000));
    }
}

#[tokio::test(start_paused = true)]
async fn each_has_a_count_of_its_own() {
    let (store, quota, other) = (MemoryStore::new(1000, 1), quota(1, 1, 1), quota(2, 1, 1));
    for (quota, who) in [
        (&quota, alice()),
        (&quota, Who::caller("login", "bob")),
        (&quota, Who::EVERYONE),
        (&quota, Who::address("192.0.2.1".parse().expect("an address"))),
        (&other, alice()),
    ] {
        let one = charges(&[charge(quota, who, 1)]);
        assert!(is_admitted(store.charge(&one, Instant::now())));
        assert!(!is_admitted(store.charge(&one, Instant::now())));
    }
}

#[tokio::test(start_paused = true)]
async fn to_look_takes_nothing() {
    let (store, quota) = (MemoryStore::new(1000, 1), quota(1, 1, 5));
    let look = charges(&[charge(&quota, alice(), 0)]);
    for _ in 0..10 {
        assert_eq!(store.levels(&look, Instant::now())[0], Level { available: 5, debt: 0, wait: 0 });
    }
    store.charge(&charges(&[charge(&quota, alice(), 2)]), Instant::now());
    assert_eq!(store.levels(&look, Instant::now())[0], Level { available: 3, debt: 2_000_000, wait: 0 });
}

#[tokio::test(start_paused = true)]
async fn an_instance_alone_gives_out_its_part() {
    let (store, quota) = (MemoryStore::new(1000, 4), quota(1, 8, 8));
    let one = || is_admitted(store.charge(&charges(&[charge(&quota, alice(), 1)]), Instant::now()));
    assert_eq!([one(), one(), one()], [true, true, false]);
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!([one(), one()], [true, false]);
    // What costs more than its part of the burst can still be done now and then.
    tokio::time::advance(Duration::from_mins(1)).await;
    assert!(is_admitted(store.charge(&charges(&[charge(&quota, alice(), 5)]), Instant::now())));
}

#[tokio::test(start_paused = true)]
async fn who_owes_nothing_is_forgotten() {
    let (store, quota) = (MemoryStore::new(100_000, 1), quota(1, 1, 1));
    for caller in 0..10_000 {
        let who = Who::caller("login", &caller.to_string());
        store.charge(&charges(&[charge(&quota, who, 1)]), Instant::now());
    }
    assert_eq!(store.table.len(), 10_000);
    tokio::select! {
        () = store.sweep() => {}
        () = tokio::time::sleep(Duration::from_secs(20)) => {}
    }
    assert_eq!(store.table.len(), 0);
}

proptest! {
    /// Against a store of one quota and one caller each, which can't take part of anything.
    #[test]
    fn several_are_as_one_each_or_nothing(
        history in prop::collection::vec((0..2000_u64, 0..3_usize, 0..4_u32, 0..3_usize, 0..4_u32), 1..60),
    ) {
        let quotas = [quota(1, 1, 2), quota(2, 5, 5), quota(3, 100, 3)];
        let (store, epoch) = (MemoryStore::new(100_000, 1), Instant::now());
        let mut tats = [0_u64; 3];
        let mut now = epoch;
        for (pause, one, cost, other, other_cost) in history {
            now += Duration::from_millis(pause);
            let asked = [(one, cost), (other, other_cost)];
            let asked = &asked[..if one == other { 1 } else { 2 }];
            let list: Vec<_> =
                asked.iter().map(|(quota, cost)| charge(&quotas[*quota], alice(), *cost)).collect();
            let at = micros(now - store.epoch);
            let fit = asked.iter().map(|(quota, cost)| {
                quotas[*quota].gcra.charge(tats[*quota], at, u64::from(*cost)).map(|then| (*quota, then))
            });
            let fit: Result<Vec<_>, _> = fit.collect();
            prop_assert_eq!(is_admitted(store.charge(&charges(&list), now)), fit.is_ok());
            for (quota, then) in fit.into_iter().flatten() {
                tats[quota] = then;
            }
        }
    }
}

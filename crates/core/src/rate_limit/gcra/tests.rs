//! What GCRA promises, for any quota and any history.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// Where a key is that was never seen.
const NEW: u64 = 0;

/// Charges of one key, in order, as `vectors.json` has them.
#[derive(Deserialize)]
struct Vector {
    about: String,
    interval: u64,
    tolerance: u64,
    charges: Vec<Charge>,
}

#[derive(Deserialize)]
struct Charge {
    now: u64,
    cost: u64,
    /// Where the key is then, if it fits.
    tat: Option<u64>,
    /// Until it would fit, if it doesn't.
    wait: Option<u64>,
    /// The units that would fit after it.
    available: u64,
}

#[test]
fn the_vectors() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../vectors.json")).expect("vectors");
    for Vector { about, interval, tolerance, charges } in vectors {
        let (gcra, mut tat) = (Gcra { interval, tolerance }, NEW);
        for Charge { now, cost, tat: then, wait, available } in charges {
            let charged = gcra.charge(tat, now, cost);
            let (fits, waits) = (charged.ok(), charged.err().map(|short| short.wait));
            assert_eq!((fits, waits), (then, wait), "{about}, at {now}");
            tat = charged.unwrap_or_else(|short| short.tat);
            assert_eq!(gcra.available(tat, now), available, "{about}, at {now}");
        }
    }
}

/// Any quota that an operator may set, or nearly.
fn quotas() -> impl Strategy<Value = Gcra> {
    (100..=10_000_000_u64, 1..=1000_u64)
        .prop_map(|(interval, burst)| Gcra { interval, tolerance: interval * burst })
}

/// Charges with the time since the one before.
fn histories() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((prop_oneof![Just(0), 0..50_000_u64, 0..100_000_000_u64], 0..8_u64), 1..200)
}

const START: u64 = 1_790_000_000_000_000;

proptest! {
    #[test]
    fn never_more_than_the_burst_and_the_rate_times_the_time(quota in quotas(), history in histories()) {
        let (mut tat, mut now, mut admitted) = (NEW, START, Vec::new());
        for (pause, cost) in history {
            now += pause;
            if let Ok(then) = quota.charge(tat, now, cost) {
                tat = then;
                admitted.push((now, cost));
            }
        }
        // Of any two moments, the first and the last of what is counted.
        for (first, (from, _)) in admitted.iter().enumerate() {
            let mut units = 0;
            for (until, cost) in &admitted[first..] {
                units += cost;
                prop_assert!(units * quota.interval <= quota.tolerance + (until - from));
            }
        }
    }

    #[test]
    fn what_waits_as_long_as_it_is_told_fits_and_no_sooner(
        quota in quotas(), history in histories(), cost in 1..8_u64,
    ) {
        let (mut tat, mut now) = (NEW, START);
        for (pause, cost) in history {
            now += pause;
            tat = quota.charge(tat, now, cost).unwrap_or_else(|short| short.tat);
        }
        prop_assume!(cost * quota.interval <= quota.tolerance);
        if let Err(Short { wait, .. }) = quota.charge(tat, now, cost) {
            prop_assert!(quota.charge(tat, now + wait, cost).is_ok());
            prop_assert!(quota.charge(tat, now + wait - 1, cost).is_err());
        }
    }

    #[test]
    fn two_charges_at_once_are_one_of_their_sum(
        quota in quotas(), ahead in 0..100_000_000_u64, one in 0..500_u64, other in 0..500_u64,
    ) {
        let tat = START + ahead.min(quota.tolerance);
        let apart = quota.charge(tat, START, one).and_then(|then| quota.charge(then, START, other));
        let together = quota.charge(tat, START, one + other);
        prop_assert_eq!(apart.ok(), together.ok());
    }

    #[test]
    fn more_fits_later_and_less_always(
        quota in quotas(), ahead in 0..100_000_000_u64, later in 0..100_000_000_u64, cost in 0..500_u64,
    ) {
        let tat = START + ahead;
        let available = quota.available(tat, START);
        prop_assert!(quota.available(tat, START + later) >= available);
        prop_assert_eq!(quota.charge(tat, START, cost).is_ok(), cost <= available || cost == 0);
        prop_assert!(quota.charge(tat, START, cost).is_err() || quota.charge(tat, START + later, cost).is_ok());
    }

    #[test]
    fn a_charge_never_takes_a_key_back(quota in quotas(), ahead in 0..100_000_000_u64, cost in 0..500_u64) {
        let tat = START + ahead.min(quota.tolerance);
        if let Ok(then) = quota.charge(tat, START, cost) {
            prop_assert!(then >= tat && then <= START + quota.tolerance);
            prop_assert_eq!(quota.available(then, START) + cost, quota.available(tat, START));
        }
    }

    #[test]
    fn instances_that_can_not_ask_each_other_stay_within_the_whole(quota in quotas(), instances in 1..64_u32) {
        let share = quota.share(instances, 1);
        prop_assert_eq!(share.interval, quota.interval * u64::from(instances));
        let bursts = share.tolerance / share.interval * u64::from(instances);
        prop_assert!(bursts <= (quota.tolerance / quota.interval).max(u64::from(instances)));
        prop_assert!(share.charge(NEW, START, 1).is_ok());
    }
}

#[test]
fn a_rate_that_does_not_divide_is_rounded_down() {
    let third = Gcra::new(3, Duration::from_secs(1), 1);
    assert_eq!(third, Gcra { interval: 333_334, tolerance: 333_334 });
    assert_eq!(Gcra::new(10_000, Duration::from_hours(24), 10_000).interval, 8_640_000);
}

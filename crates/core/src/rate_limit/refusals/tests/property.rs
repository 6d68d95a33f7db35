//! What the paper promises of a sketch, and what that means over two halves.

use std::collections::HashMap;

use proptest::{collection::vec, prelude::*};

use super::*;

/// Keys of which some come often and most hardly ever.
fn keys() -> impl Strategy<Value = Vec<u32>> {
    vec(prop_oneof![3 => 0_u32..4, 2 => 4_u32..12, 2 => any::<u32>()], 0..600)
}

proptest! {
    #[test]
    fn whoever_comes_often_is_there_and_counts_are_within_their_error(keys in keys(), most in 1_usize..16) {
        let mut sketch = Sketch::new(most);
        let mut truth: HashMap<u32, u64> = HashMap::new();
        for key in &keys {
            sketch.note(*key, || ());
            *truth.entry(*key).or_default() += 1;
        }
        let share = keys.len() as u64 / most as u64;
        prop_assert!(sketch.counters().len() <= most);
        prop_assert_eq!(sketch.counters().iter().map(|counter| counter.count).sum::<u64>(), keys.len() as u64);
        for Counter { key, count, error, .. } in sketch.counters() {
            prop_assert!(*count >= truth[key] && count - error <= truth[key] && *error <= share);
        }
        for (key, count) in &truth {
            let is_listed = sketch.counters().iter().any(|counter| counter.key == *key);
            prop_assert!(is_listed || *count <= share, "{} of {} is not listed", count, keys.len());
        }
    }

    #[test]
    fn over_two_halves_too(first in vec(0_u8..=255, 0..900), second in vec(0_u8..=255, 0..900), often in 0_usize..40) {
        let (refusals, quotas, start) = (Refusals::new(2), [quota(1), quota(2)], Instant::now());
        let mut truth: HashMap<Label, u64> = HashMap::new();
        for (seconds, half) in [(0, &first), (31, &second)] {
            for last in half.iter().copied().chain(std::iter::repeat_n(7, often)) {
                refuse(&refusals, &quotas, address(last), start + Duration::from_secs(seconds));
                *truth.entry(label(last)).or_default() += 1;
            }
        }
        let now = start + Duration::from_secs(32);
        let (listed, all) = (refusals.most(now), truth.values().sum::<u64>());
        prop_assert_eq!(refusals.of_quota(1, now), (all, all));
        let share = all / COUNTERS as u64;
        for Refused { who, at_most, at_least, .. } in &listed {
            prop_assert!(*at_least <= truth[who] && truth[who] <= at_most + share && at_most - at_least <= share);
        }
        for (who, count) in &truth {
            let is_listed = listed.iter().any(|refused| refused.who == *who);
            prop_assert!(is_listed || *count <= share, "{:?} with {} of {} is not listed", who, count, all);
        }
        prop_assert!(listed.is_sorted_by(|a, b| a.at_least >= b.at_least));
    }
}

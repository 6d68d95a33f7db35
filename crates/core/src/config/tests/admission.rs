//! `[admission]`.

use std::time::Duration;

use super::{errors, load, public, rows};

#[test]
fn what_is_refused_has_bounds() {
    for (text, key, expected) in [
        ("max_in_flight = 0", "max_in_flight", "a whole number from 1 to 1000000"),
        ("max_in_flight = 1000001", "max_in_flight", "a whole number from 1 to 1000000"),
        ("at_least = 0", "at_least", "a whole number from 1 to 1000000"),
        ("max_in_flight = 5\nat_least = 6", "at_least", "no more than admission.max_in_flight"),
        ("at_least = 2001", "at_least", "no more than admission.max_in_flight"),
        ("lag = \"0s\"", "lag", "a duration from \"1ms\" to \"1s\""),
        ("lag = \"2s\"", "lag", "a duration from \"1ms\" to \"1s\""),
        ("lag = 20", "lag", "a duration such as \"300ms\""),
        ("not_ready_after = \"11m\"", "not_ready_after", "a duration from \"0s\" to \"10m\""),
        ("memory_percent = 0", "memory_percent", "a whole number from 1 to 100"),
        ("memory_percent = 101", "memory_percent", "a whole number from 1 to 100"),
        ("memory_limit = 0", "memory_limit", "a size of at least one byte, such as \"16KiB\""),
        ("memory_limit = \"1GB\"", "memory_limit", "a size such as \"256KiB\""),
    ] {
        let errors = errors(&public(&format!("[admission]\n{text}")), &[]);
        let [[source, found_key, _, said]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!((found_key, said), (format!("admission.{key}").as_str(), expected), "{text}");
        assert!(source.contains("config.toml"), "{source}");
    }
}

#[test]
fn all_of_it_is_wrong_at_once() {
    let text =
        "[admission]\nenabled = \"no\"\nlag = \"0s\"\nmemory_percent = 0\nmemory_size = 1\nat_least = 0";
    let errors = errors(&public(text), &[]);
    let mut keys: Vec<_> = rows(&errors).iter().map(|row| row[1]).collect();
    keys.sort_unstable();
    let expected = ["at_least", "enabled", "lag", "memory_percent", "memory_size"];
    assert_eq!(keys, expected.map(|key| format!("admission.{key}")));
}

#[test]
fn what_is_set_is_heeded_and_the_least_gives_way_to_a_small_cap() {
    let text =
        "[admission]\nmax_in_flight = 5\nlag = \"5ms\"\nnot_ready_after = \"0s\"\nmemory_percent = 100";
    let sources = public(text).with_environment([("BFF_ADMISSION__MEMORY_LIMIT", "512MiB")]);
    let admission = load(&sources, &[]).expect("all are valid").admission;
    assert_eq!((admission.max_in_flight, admission.at_least, admission.memory_percent), (5, 10, 100));
    assert_eq!((admission.lag, admission.not_ready_after), (Duration::from_millis(5), Duration::ZERO));
    assert_eq!(admission.memory_limit, Some(512 << 20));
}

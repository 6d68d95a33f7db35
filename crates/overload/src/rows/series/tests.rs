use super::*;

fn seen(series: usize, grown: f64) -> Seen {
    let scraped = |series| Scraped { series, requests: 10, bytes: 2048 };
    let control = Control { series: 40, grown: 80.0 };
    let took = Duration::from_secs(1);
    Seen { first: 1, all: 10, took, few: scraped(100), many: scraped(series), grown, control }
}

#[test]
fn one_series_more_is_one_too_many() {
    assert!(seen(100, 0.0).series().met && !seen(101, 0.0).series().met);
    assert_eq!(seen(100, 0.0).series().control, "40 by path");
}

#[test]
fn memory_is_held_to_its_bound() {
    assert!(seen(100, 4.0).memory().met && !seen(100, 4.1).memory().met);
}

//! When a load balancer is told, and when no more.

use super::*;

/// Four looks a second.
struct Watched {
    readiness: Readiness,
    refused: usize,
    now: Instant,
}

fn watched(after: u64) -> Watched {
    let readiness = Readiness::new(Duration::from_secs(after));
    Watched { readiness, refused: 0, now: Instant::now() }
}

impl Watched {
    /// So many seconds, with a refusal in each look or none. The seconds after which it was as `ready` says, if it was.
    fn pass(&mut self, seconds: u32, refuses: bool, ready: bool) -> Option<f64> {
        (1..=seconds * 4).find_map(|look| {
            self.now += Duration::from_millis(250);
            self.refused += usize::from(refuses);
            (self.readiness.heed(self.refused, self.now) == ready).then_some(f64::from(look) / 4.0)
        })
    }
}

#[test]
fn overload_that_lasts_makes_it_unready_and_two_calm_seconds_ready_again() {
    let mut watched = watched(10);
    assert_eq!(watched.pass(10, true, false), None);
    assert_eq!(watched.pass(1, true, false), Some(0.25));
    assert_eq!(watched.pass(60, true, true), None, "for as long as it lasts");
    assert_eq!(watched.pass(1, false, true), None);
    assert_eq!(watched.pass(1, true, true), None);
    assert_eq!(watched.pass(10, false, true), Some(2.0));
    assert_eq!(watched.pass(10, true, false), None, "from the beginning");
}

#[test]
fn overload_that_pauses_is_another_one() {
    let mut watched = watched(10);
    for _ in 0..10 {
        assert_eq!(watched.pass(9, true, false), None);
        assert_eq!(watched.pass(1, false, false), None);
    }
    let unready = (0..4).any(|_| {
        watched.now += Duration::from_millis(500);
        watched.pass(3, true, false).is_some()
    });
    assert!(unready, "a gap of less than a second is no pause");
}

#[test]
fn zero_is_never() {
    assert_eq!(watched(0).pass(3_600, true, false), None);
}

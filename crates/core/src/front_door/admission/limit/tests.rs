//! When there is a limit, where it goes, and what it leaves alone.

mod simulated;

use proptest::prelude::*;

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A limit, its clock, and what holds.
struct Probed {
    limit: Limit,
    now: Instant,
    bounds: Bounds,
}

fn probed(at_least: usize) -> Probed {
    let config = AdmissionConfig { at_least, lag: ms(20), ..AdmissionConfig::default() };
    Probed { limit: Limit::new(&config), now: Instant::now(), bounds: Bounds::OPEN }
}

impl Probed {
    fn look(&mut self, look: Look) -> Bounds {
        self.now += ms(10) + look.lag;
        self.bounds = self.limit.heed(look, self.now);
        self.bounds
    }

    fn lag(&mut self, millis: u64, busy: usize) -> Bounds {
        self.look(Look { lag: ms(millis), busy, ..Look::default() })
    }

    /// The same for so long.
    fn lag_for(&mut self, length: Duration, millis: u64, busy: usize) -> Bounds {
        let until = self.now + length;
        while self.now < until {
            self.lag(millis, busy);
        }
        self.bounds
    }

    /// A lag that stands, with twice as many worked on.
    fn held(mut self, limit: usize) -> Self {
        self.lag_for(ms(100), 60, 2 * limit);
        assert_eq!(self.bounds.normal, limit, "half of them, by the steepest gradient");
        self
    }

    fn refused(&mut self, lag: u64, normal: bool) -> Bounds {
        self.look(Look {
            lag: ms(lag),
            busy: 1,
            refused: true,
            refused_normal: normal,
            latency: ms(100_000),
            ..Look::default()
        })
    }
}

#[test]
fn a_queue_that_is_worked_off_is_no_reason() {
    let mut probed = probed(10);
    for _ in 0..200 {
        assert_eq!(probed.lag(60, 500), Bounds::OPEN, "a burst");
        assert_eq!(probed.lag(20, 500), Bounds::OPEN, "and no more");
    }
    assert_eq!(probed.lag(60_000, 500), Bounds::OPEN, "the machine stood still");
    assert_eq!(probed.lag(0, 500), Bounds::OPEN);
}

#[test]
fn a_queue_that_stands_sets_the_limit_to_the_part_that_would_lag_as_long_as_it_may() {
    let mut probed = probed(10);
    assert_eq!(probed.lag(60, 300), Bounds::OPEN);
    assert_eq!(probed.lag(60, 600), Bounds { normal: 300, sheddable: 180 });
    assert_eq!(self::probed(10).lag_for(ms(140), 25, 500).normal, 400, "four fifths, for 25 ms and not 20");
    assert_eq!(self::probed(10).held(100).lag(40, 5_000), Bounds { normal: 100, sheddable: 60 });
    let mut few = self::probed(10);
    assert_eq!(few.lag_for(ms(9_000), 60, 10), Bounds::OPEN, "no limit would refuse any of these");
    assert_eq!(few.lag_for(ms(100), 60, 11).normal, 10);
    let mut many = self::probed(10);
    assert_eq!(many.lag_for(ms(100), 60, 9_999).normal, 2_000, "the most in flight");
}

#[test]
fn it_falls_by_the_gradient_and_by_half_at_most() {
    let mut probed = probed(10).held(400);
    assert_eq!(probed.lag_for(ms(100), 25, 400).normal, 320, "four fifths, for 25 ms and not 20");
    assert_eq!(probed.lag_for(ms(900), 90, 321).normal, 320, "what came before is not done yet");
    assert_eq!(probed.lag_for(ms(100), 90, 320).normal, 160);
    assert_eq!(probed.lag_for(ms(600), 90, 10).normal, 10);
}

/// A request takes 30 ms without its lag, and may lag for 20: in these the worker gets done one each millisecond.
#[test]
fn a_flood_falls_at_once_to_what_the_worker_gets_done() {
    let look =
        Look { lag: ms(90), latency: ms(120), busy: 900, done: 100, period: ms(100), ..Look::default() };
    let mut first = probed(10);
    first.look(look);
    assert_eq!(first.look(look).normal, 50);
    let mut later = probed(10).held(400);
    later.look(look);
    assert_eq!(later.bounds.normal, 50, "though what came before is not done yet");

    // Control: whoever took longer than was looked at says nothing of how many are done in that time.
    let slow = Look { lag: ms(60), latency: ms(220), ..look };
    let mut first = probed(10);
    first.look(slow);
    assert_eq!(first.look(slow).normal, 736, "by the gradient");
    let mut later = probed(10).held(400);
    later.look(slow);
    assert_eq!(later.bounds.normal, 400, "what came before is not done yet");
}

#[test]
fn what_a_service_takes_is_no_reason_to_fall() {
    let mut probed = probed(10).held(400);
    for (latency, limit) in [(3_000, 398), (300, 385), (30, 256)] {
        let until = probed.now + ms(100);
        while probed.now < until {
            probed.look(Look { lag: ms(30), latency: ms(latency), busy: 10, ..Look::default() });
        }
        assert_eq!(probed.bounds.normal, limit, "a lag of 30 ms in {latency} ms");
    }
}

#[test]
fn one_look_without_a_lag_keeps_it_from_falling() {
    let mut probed = probed(10).held(400);
    for _ in 0..20 {
        probed.lag(20, 400);
        assert_eq!(probed.lag(60, 400).normal, 400);
    }
}

/// The first looks after a step up still find what was before it.
#[test]
fn one_look_without_a_lag_does_not_make_it_grow() {
    let mut probed = probed(10).held(400);
    for _ in 0..20 {
        probed.refused(0, true);
        assert_eq!(probed.refused(60, true).normal, 400);
    }
    // Control: without the other one.
    (0..20).for_each(|_| _ = probed.refused(0, true));
    assert!(probed.bounds.normal > 400, "{:?}", probed.bounds);
}

#[test]
fn it_grows_by_its_root_where_somebody_was_refused() {
    let mut probed = probed(10).held(400);
    for _ in 0..12 {
        probed.refused(0, true);
    }
    assert_eq!(probed.bounds.normal, 420);
    probed.lag_for(ms(900), 0, 0);
    assert!(probed.bounds.normal < 450, "nobody needs more: {:?}", probed.bounds);
}

#[test]
fn it_is_gone_after_a_second_of_calm() {
    for (lag, refused) in [(25, false), (0, true)] {
        let mut probed = probed(10).held(400);
        probed.lag_for(ms(900), 0, 400);
        probed.look(Look { lag: ms(lag), busy: 400, refused, refused_normal: refused, ..Look::default() });
        probed.lag_for(ms(900), 0, 400);
        assert_ne!(probed.bounds, Bounds::OPEN, "the second begins anew");
        probed.lag_for(ms(200), 0, 400);
        assert_eq!(probed.bounds, Bounds::OPEN);
        assert_eq!(probed.lag(60, 17), Bounds::OPEN, "what was before is forgotten");
        assert_eq!(probed.lag(60, 140).normal, 70);
    }
}

#[test]
fn sheddable_requests_wait_until_no_normal_one_was_refused_for_an_interval() {
    let mut probed = probed(10).held(400);
    assert_eq!(probed.refused(0, false).sheddable, 240, "one of their own");
    assert_eq!(probed.refused(0, true).sheddable, 0);
    for looks in 1..100 {
        if probed.lag(0, 400).sheddable > 0 {
            assert!((10..30).contains(&looks), "after {looks} looks");
            return;
        }
    }
    panic!("never again");
}

fn look() -> impl Strategy<Value = (Look, u64)> {
    (0_u64..300, 0_u64..300, 0_usize..5_000, any::<bool>(), any::<bool>(), 0_u64..300, 0_usize..500).prop_map(
        |(lag, others, busy, refused, normal, passed, done)| {
            let look = Look {
                lag: ms(lag),
                latency: ms(lag + others),
                busy,
                refused: refused || normal,
                refused_normal: normal,
                done,
                period: ms(passed),
            };
            (look, passed)
        },
    )
}

proptest! {
    #[test]
    fn it_is_always_within_its_bounds(
        (most, least) in (1_usize..3_000).prop_flat_map(|most| (Just(most), 1..=most)),
        looks in prop::collection::vec(look(), 0..300),
    ) {
        let config = AdmissionConfig { at_least: least, max_in_flight: most, ..AdmissionConfig::default() };
        let (mut limit, mut now) = (Limit::new(&config), Instant::now());
        for (look, passed) in looks {
            now += ms(passed);
            let bounds = limit.heed(look, now);
            if bounds != Bounds::OPEN {
                prop_assert!((least..=most).contains(&bounds.normal), "{bounds:?}");
                prop_assert!(bounds.sheddable <= bounds.normal, "{bounds:?}");
                prop_assert!(bounds.sheddable > 0 || look.refused_normal || limit.held.is_some());
            }
        }
    }
}

//! When the limit falls and rises, and what leaves it alone.

use proptest::prelude::*;

use super::*;
use crate::call::testing::ms;

/// A limit and its clock.
struct Service {
    limit: Limit,
    now: Instant,
}

const READ: &str = "test.read";
const REPORT: &str = "test.report";

fn service(limit: usize, at_least: usize) -> Service {
    let now = Instant::now();
    let config = BulkheadConfig { limit, at_least, ..BulkheadConfig::default() };
    Service { limit: Limit::new(&config, now), now }
}

impl Service {
    /// One attempt ends, 10 ms after the one before.
    fn ends(&mut self, operation: &'static str, says: Says, took: Duration, in_flight: usize) {
        self.now += ms(10);
        self.limit.record(Sample { operation, says, took }, in_flight, self.now);
    }

    /// For this long answers take so long, with as many in flight as may be, up to `demand`.
    fn answers(&mut self, length: Duration, took: Duration, demand: usize) {
        let until = self.now + length;
        while self.now < until {
            self.ends(READ, Says::Answered, took, demand.min(self.limit.present()));
        }
    }

    /// Two seconds of what is usual: 20 ms a call.
    fn warm(mut self) -> Self {
        self.answers(ms(2_000), ms(20), 64);
        assert_eq!(self.limit.present(), self.limit.at_most);
        self
    }
}

#[test]
fn it_falls_step_by_step_while_the_service_is_slow_and_rises_when_it_is_not() {
    let mut service = service(64, 4).warm();
    service.answers(ms(140), ms(60), 64);
    assert_eq!(service.limit.present(), 42, "two thirds, for three times as slow");
    service.answers(ms(1_000), ms(60), 64);
    assert_eq!(service.limit.present(), 4);
    service.answers(ms(1_000), ms(20), 64);
    assert_eq!(service.limit.present(), 64);
}

#[test]
fn no_window_more_than_halves_or_doubles_it() {
    let mut service = service(64, 4).warm();
    service.answers(ms(110), ms(800), 64);
    assert_eq!(service.limit.present(), 64, "a window lasts as long as its calls");
    service.answers(ms(1_000), ms(800), 64);
    assert_eq!(service.limit.present(), 32);
    service.answers(ms(110), ms(5), 64);
    assert_eq!(service.limit.present(), 32, "the window began while it was slow");
}

#[test]
fn jitter_outliers_and_one_slow_call_change_nothing() {
    let mut service = service(64, 4).warm();
    for round in 0..2_000_u64 {
        // A third to five thirds, and each thirtieth call a second.
        let took = if round % 30 == 0 { ms(1_000) } else { ms(7 + round * 7 % 27) };
        service.ends(READ, Says::Answered, took, 64);
        assert_eq!(service.limit.present(), 64, "round {round}");
    }
}

#[test]
fn a_change_of_the_mix_is_no_change_of_the_service() {
    let mut service = service(64, 4).warm();
    for slow_among_ten in [0, 1, 5, 9, 10, 0] {
        for round in 0..300 {
            let slow = round % 10 < slow_among_ten;
            let (operation, took) = if slow { (REPORT, ms(900)) } else { (READ, ms(20)) };
            service.ends(operation, Says::Answered, took, 64);
            assert_eq!(service.limit.present(), 64, "{slow_among_ten} of ten are slow");
        }
    }
    for _ in 0..1_000 {
        service.ends(READ, Says::Refused, ms(6), 64);
    }
    service.answers(ms(1_000), ms(20), 64);
    assert_eq!(service.limit.present(), 64, "fast refusals make no answer slow");
}

#[test]
fn a_service_that_is_hardly_used_is_left_to_the_breaker() {
    let mut service = service(64, 4);
    service.answers(ms(2_000), ms(20), 1);
    for in_flight in 1..=4 {
        for _ in 0..200 {
            service.ends(READ, Says::TimedOut, ms(1_000), in_flight);
            service.ends(READ, Says::Answered, ms(900), in_flight);
        }
        assert_eq!(service.limit.present(), 64, "{in_flight} in flight");
    }
}

#[test]
fn it_does_not_grow_where_it_is_not_used() {
    let mut service = service(64, 4).warm();
    service.answers(ms(1_000), ms(100), 64);
    assert_eq!(service.limit.present(), 4);
    service.answers(ms(2_000), ms(20), 2);
    assert_eq!(service.limit.present(), 4);
    service.answers(ms(2_000), ms(20), 6);
    assert_eq!(service.limit.present(), 16, "twice what is used, and what the last doubling brought");
}

#[test]
fn timeouts_and_429_lower_it_once_a_window_by_half_of_their_share() {
    for says in [Says::TimedOut, Says::TurnedAway] {
        let mut service = service(64, 4).warm();
        service.answers(ms(70), ms(20), 64);
        for _ in 0..4 {
            service.ends(READ, says, ms(40), 64);
        }
        let present = service.limit.present();
        assert!((50..=58).contains(&present), "{present} for up to four of ten");
        for _ in 0..40 {
            service.ends(READ, says, ms(40), 64);
        }
        assert_eq!(service.limit.present(), 4, "all of them, window after window");
        service.answers(ms(1_000), ms(20), 64);
        assert_eq!(service.limit.present(), 64);
    }
}

#[test]
fn a_timeout_sooner_than_usual_says_nothing_of_the_service() {
    let mut service = service(64, 4).warm();
    for _ in 0..200 {
        service.ends(READ, Says::TimedOut, ms(15), 64);
    }
    assert_eq!(service.limit.present(), 64);
}

#[test]
fn few_samples_wait_for_more() {
    let mut service = service(64, 4).warm();
    for _ in 0..9 {
        service.now += ms(5_000);
        service.ends(READ, Says::Answered, ms(900), 64);
        assert_eq!(service.limit.present(), 64);
    }
}

#[test]
fn a_service_that_is_slow_for_good_gets_its_limit_back() {
    let mut service = service(64, 4).warm();
    service.answers(ms(9_000), ms(100), 64);
    assert_eq!(service.limit.present(), 4, "not within seconds: it may be a spike");
    service.answers(ms(4_000), ms(100), 64);
    assert_eq!(service.limit.present(), 64);
    service.answers(ms(60_000), ms(20), 64);
    service.answers(ms(2_000), ms(100), 64);
    assert_eq!(service.limit.present(), 4, "and what is usual falls again");
}

/// Ten servers of 20 ms, and always more demand than they bear.
#[test]
fn a_queue_of_our_own_making_never_becomes_usual() {
    let mut service = service(64, 4);
    service.answers(ms(2_000), ms(20), 10);
    for _ in 0..3_000 {
        let in_flight = service.limit.present();
        let took = ms(20).mul_f64((count(in_flight) / 10.0).max(1.0));
        service.answers(ms(100), took, in_flight);
    }
    let present = service.limit.present();
    assert!((16..=24).contains(&present), "{present} after five minutes");
}

fn sample() -> impl Strategy<Value = (Sample, usize, u64)> {
    let says = prop::sample::select(vec![Says::Answered, Says::Refused, Says::TimedOut, Says::TurnedAway]);
    let operation = prop::sample::select(vec![READ, REPORT]);
    (operation, says, 0_u64..3_000, 0_usize..100, 0_u64..400).prop_map(
        |(operation, says, took, in_flight, passed)| {
            (Sample { operation, says, took: ms(took) }, in_flight, passed)
        },
    )
}

proptest! {
    #[test]
    fn it_is_always_within_its_bounds(
        (most, least) in (1_usize..70).prop_flat_map(|most| (Just(most), 1..=most)),
        samples in prop::collection::vec(sample(), 0..400),
    ) {
        let mut service = service(most, least);
        for (sample, in_flight, passed) in samples {
            service.now += ms(passed);
            service.limit.record(sample, in_flight, service.now);
            let present = service.limit.present();
            prop_assert!((least..=most).contains(&present), "{present}");
        }
    }
}

//! The breaker with paused time: what opens it, who may probe, what closes it.

use std::sync::Mutex as StdMutex;

use proptest::prelude::*;
use tokio::time::{advance, sleep};

use super::{
    super::testing::{Below, answered, failed, ms, outgoing},
    state::Pass,
    *,
};

fn config() -> BreakerConfig {
    BreakerConfig::default()
}

type Answer = Box<dyn Fn() -> std::future::Ready<Outcome> + Send + Sync>;

/// A breaker above a service that answers as the test says at the time.
struct Bench {
    breaking: Breaking<Below<Answer>>,
    answer: Arc<StdMutex<Option<Reason>>>,
    seen: Arc<super::super::testing::Seen>,
}

impl Bench {
    fn new() -> Self {
        let answer = Arc::new(StdMutex::new(None));
        let says = Arc::clone(&answer);
        let below = Below::new(Box::new(move || {
            let reason = *says.lock().expect("no test panics while it holds this");
            std::future::ready(reason.map_or_else(answered, failed))
        }) as Answer);
        let seen = below.seen();
        let breaking = BreakerLayer::new(&Arc::new(Breaker::new(&config()))).layer(below);
        Self { breaking, answer, seen }
    }

    async fn call(&self, answer: Option<Reason>) -> Result<(), Reason> {
        *self.answer.lock().expect("no test panics while it holds this") = answer;
        self.breaking.call(outgoing(ms(1000))).await.map(|_| ()).map_err(|error| error.reason())
    }

    fn sent(&self) -> usize {
        self.seen.deadlines().len()
    }

    async fn open(&self) {
        for _ in 0..5 {
            assert_eq!(self.call(Some(Reason::Unavailable)).await, Err(Reason::Unavailable));
        }
        assert_eq!(self.breaking.breaker.state(), "open");
    }
}

#[tokio::test(start_paused = true)]
async fn five_failures_in_a_row_open_it_and_the_sixth_call_sends_nothing() {
    let bench = Bench::new();
    bench.open().await;
    assert_eq!((bench.call(None).await, bench.sent()), (Err(Reason::OpenBreaker), 5));
}

#[tokio::test(start_paused = true)]
async fn half_of_twenty_calls_open_it_and_half_of_nineteen_do_not() {
    let bench = Bench::new();
    for call in 0..19 {
        let _ = bench.call((call % 2 == 0).then_some(Reason::Timeout)).await;
        assert_eq!(bench.breaking.breaker.state(), "closed");
    }
    let _ = bench.call(Some(Reason::Timeout)).await;
    assert_eq!(bench.breaking.breaker.state(), "open");
}

#[tokio::test(start_paused = true)]
async fn failures_that_are_older_than_the_window_do_not_count() {
    let bench = Bench::new();
    for call in 0..40 {
        let _ = bench.call((call % 2 == 0).then_some(Reason::Failed)).await;
        advance(ms(600)).await;
    }
    assert_eq!(bench.breaking.breaker.state(), "closed", "never twenty within ten seconds");
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_service_does_not_open_it() {
    for reason in Reason::ALL {
        let counts = matches!(reason, Reason::Timeout | Reason::Unavailable | Reason::Failed);
        let bench = Bench::new();
        for _ in 0..50 {
            let _ = bench.call(Some(*reason)).await;
        }
        assert_eq!(bench.breaking.breaker.state() == "open", counts, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_its_time_one_probe_at_a_time_passes_and_three_successes_close_it() {
    let bench = Bench::new();
    bench.open().await;
    advance(ms(3700)).await;
    assert_eq!(bench.call(None).await, Err(Reason::OpenBreaker), "three quarters of five seconds at least");
    advance(ms(2600)).await;
    let call = outgoing(ms(1000));
    let probe = bench.breaking.breaker.enter(&call).expect("five quarters at most");
    assert_eq!(bench.call(None).await, Err(Reason::OpenBreaker), "one at a time");
    drop(probe);
    for _ in 0..3 {
        assert_eq!(bench.breaking.breaker.state(), "half_open");
        assert_eq!(bench.call(None).await, Ok(()), "a dropped probe returned its slot");
    }
    assert_eq!(bench.breaking.breaker.state(), "closed");
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_opens_it_for_longer_up_to_a_minute() {
    let bench = Bench::new();
    bench.open().await;
    for (at_least, at_most) in
        [(3750, 6250), (7500, 12_500), (15_000, 25_000), (30_000, 50_000), (45_000, 75_000), (45_000, 75_000)]
    {
        advance(ms(at_least - 1)).await;
        assert_eq!(bench.call(None).await, Err(Reason::OpenBreaker));
        advance(ms(at_most - at_least + 2)).await;
        assert_eq!(bench.call(Some(Reason::Failed)).await, Err(Reason::Failed), "the probe");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_of_an_earlier_phase_is_not_judged() {
    let bench = Bench::new();
    let call = outgoing(ms(1000));
    let mut late = bench.breaking.breaker.enter(&call).expect("closed");
    bench.open().await;
    advance(ms(6300)).await;
    assert_eq!(bench.call(None).await, Ok(()), "the first probe");
    late.verdict = Some(Verdict::Failure);
    drop(late);
    assert_eq!(bench.breaking.breaker.state(), "half_open");
}

#[tokio::test(start_paused = true)]
async fn dropped_at_its_deadline_is_a_timeout_and_dropped_before_a_cancellation() {
    for (dropped_after, opens) in [(999, false), (1000, true)] {
        let bench = Bench::new();
        for _ in 0..5 {
            let call = outgoing(ms(1000));
            let attempt = bench.breaking.breaker.enter(&call).expect("closed");
            sleep(ms(dropped_after)).await;
            drop(attempt);
        }
        assert_eq!(bench.breaking.breaker.state() == "open", opens, "after {dropped_after} ms");
    }
}

#[test]
fn one_of_64_racers_is_the_probe() {
    for _ in 0..200 {
        let now = Instant::now();
        let mut state = State::new(&config(), now);
        for _ in 0..5 {
            let pass = state.enter(now).expect("closed");
            state.leave(pass, Verdict::Failure, now);
        }
        let later = now + ms(6300);
        let (state, barrier) = (Mutex::new(state), std::sync::Barrier::new(64));
        let probes = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..64)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        state.lock().expect("no racer panics").enter(later).is_ok()
                    })
                })
                .collect();
            racers.into_iter().filter_map(|racer| racer.join().ok()).filter(|probe| *probe).count()
        });
        assert_eq!(probes, 1);
    }
}

proptest! {
    /// Whatever happens in whatever order: in half-open never two probes, and never stuck open.
    #[test]
    fn never_two_probes_and_never_stuck(steps in prop::collection::vec((0_u8..4, 0_u64..3000), 1..200)) {
        let mut now = Instant::now();
        let mut state = State::new(&config(), now);
        let mut passes: Vec<Pass> = Vec::new();
        for (step, pause) in steps {
            now += ms(pause);
            match step {
                0 | 1 => if let Ok(pass) = state.enter(now) {
                    if state.name() == "half_open" {
                        let same = passes.iter().filter(|other| other.generation() == pass.generation()).count();
                        prop_assert_eq!(same, 0, "two probes");
                    }
                    passes.push(pass);
                },
                step => if let Some(pass) = passes.pop() {
                    let verdict = if step == 2 { Verdict::Failure } else { Verdict::Success };
                    state.leave(pass, verdict, now);
                },
            }
        }
        for pass in passes {
            state.leave(pass, Verdict::Ignored, now);
        }
        for _ in 0..3 {
            now += ms(75_000);
            let pass = state.enter(now);
            prop_assert!(pass.is_ok(), "stuck in {}", state.name());
            if let Ok(pass) = pass {
                state.leave(pass, Verdict::Success, now);
            }
        }
        prop_assert_eq!(state.name(), "closed");
    }
}

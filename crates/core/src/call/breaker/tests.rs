//! The breaker with paused time: what opens it, who may probe, what closes it.

mod schedules;
mod seen;

use std::sync::Arc;

use proptest::prelude::*;
use tokio::time::{advance, sleep};

use super::{
    super::{
        CallError, Outgoing,
        testing::{Below, answered, failed, ms, outgoing},
    },
    state::Pass,
    *,
};
use crate::step::Step;

impl<L: Lock<State>> Breaker<L> {
    fn state(&self) -> &'static str {
        self.state.with(|state| state.name())
    }
}

fn config() -> BreakerConfig {
    BreakerConfig::default()
}

type Answer = Box<dyn Fn() -> std::future::Ready<Outcome> + Send + Sync>;

/// A breaker as a step of its own, as [`super::super::balance`] uses it for each endpoint.
struct Breaking<S> {
    inner: S,
    breaker: Breaker,
}

impl<S: Step<Box<Outgoing>, Out = Outcome>> Step<Box<Outgoing>> for Breaking<S> {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let hurried = outgoing.context.inner().hurried;
        let deadline = (!hurried).then_some(outgoing.deadline);
        let rejected = |_| CallError::new(Reason::OpenBreaker, "as a balancer says");
        let mut attempt = self.breaker.attempt(outgoing.now, deadline).map_err(rejected)?;
        let outcome = self.inner.call(outgoing).await;
        attempt.judge(&outcome, hurried);
        outcome
    }
}

/// A breaker above a service that answers as the test says at the time.
struct Bench {
    breaking: Breaking<Below<Answer>>,
    answer: Arc<Mutex<Option<Reason>>>,
    seen: Arc<super::super::testing::Seen>,
}

impl Bench {
    fn new() -> Self {
        let answer = Arc::new(Mutex::new(None));
        let says = Arc::clone(&answer);
        let below = Below::new(Box::new(move || {
            let reason = *says.lock().expect("no test panics while it holds this");
            std::future::ready(reason.map_or_else(answered, failed))
        }) as Answer);
        let seen = below.seen();
        let breaking = Breaking { inner: below, breaker: Breaker::new(&config()) };
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
    let probe = bench.breaking.breaker.attempt(Instant::now(), None).expect("five quarters at most");
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
    let mut late = bench.breaking.breaker.attempt(Instant::now(), None).expect("closed");
    bench.open().await;
    advance(ms(6300)).await;
    assert_eq!(bench.call(None).await, Ok(()), "the first probe");
    late.judge(&failed(Reason::Failed), false);
    drop(late);
    assert_eq!(bench.breaking.breaker.state(), "half_open");
}

#[tokio::test(start_paused = true)]
async fn dropped_at_its_deadline_is_a_timeout_and_dropped_before_a_cancellation() {
    for (dropped_after, opens) in [(999, false), (1000, true)] {
        let bench = Bench::new();
        for _ in 0..5 {
            let now = Instant::now();
            let attempt = bench.breaking.breaker.attempt(now, Some(now + ms(1000))).expect("closed");
            sleep(ms(dropped_after)).await;
            drop(attempt);
        }
        assert_eq!(bench.breaking.breaker.state() == "open", opens, "after {dropped_after} ms");
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

    /// The hint without the lock says what the lock would, before and after every step.
    #[test]
    fn standing_says_what_an_attempt_comes_to(steps in prop::collection::vec((0_u8..6, 0_u64..9_000_000), 1..200)) {
        let breaker = Breaker::new(&config());
        let (mut now, mut attempts, mut opens) = (Instant::now(), Vec::new(), 0);
        for (step, pause) in steps {
            now += Duration::from_micros(pause);
            let (before, was) = (breaker.standing(now), breaker.state());
            match step {
                0..3 => {
                    let attempt = breaker.attempt(now, None);
                    let came_to = match &attempt {
                        Err(_) => Standing::Open,
                        Ok(_) if was == "closed" => Standing::Closed,
                        Ok(_) => Standing::Due,
                    };
                    prop_assert_eq!(before, came_to, "{}", was);
                    attempts.extend(attempt);
                }
                // The state machine's own clock, since a guard reads the real one when it is dropped.
                _ => if let Some(mut attempt) = attempts.pop() {
                    let verdict = [Verdict::Success, Verdict::Failure, Verdict::Ignored][usize::from(step - 3)];
                    breaker.change(|state| state.leave(attempt.pass, verdict, now));
                    attempt.pass = Pass::of_no_phase();
                    opens += u64::from(was != "open" && breaker.state() == "open");
                },
            }
            prop_assert_eq!(breaker.standing(now) == Standing::Closed, breaker.state() == "closed");
            prop_assert_eq!(breaker.turns().open, opens);
        }
    }
}

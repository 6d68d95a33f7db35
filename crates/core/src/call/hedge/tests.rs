//! Hedging with paused time: what is sent a second time, and when.

mod answers;
mod load;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use tokio::time::sleep;

use super::{
    super::{
        BoxFuture,
        testing::{Below, Seen, answered, failed, ms, outgoing},
    },
    *,
};
use crate::config::{HedgeConfig, RetryConfig};

type Answer = Box<dyn Fn() -> BoxFuture<Outcome> + Send + Sync>;

/// A hedge above a service whose attempts answer in turn as the test says, each after its time.
struct Bench {
    hedge: Hedge<Below<Answer>>,
    latencies: Arc<Latencies>,
    seen: Arc<Seen>,
    /// When each attempt arrived, since the test began.
    arrivals: Arc<Mutex<Vec<Duration>>>,
}

impl Bench {
    fn new(answers: impl Fn(usize) -> (u64, Outcome) + Send + Sync + 'static) -> Self {
        Self::with(&RetryConfig::default(), &HedgeConfig::default(), answers)
    }

    fn with(
        budget: &RetryConfig,
        config: &HedgeConfig,
        answers: impl Fn(usize) -> (u64, Outcome) + Send + Sync + 'static,
    ) -> Self {
        let (turn, began, arrivals) = (AtomicUsize::new(0), Instant::now(), Arc::<Mutex<Vec<_>>>::default());
        let arrived = Arc::clone(&arrivals);
        let below = Below::new(Box::new(move || {
            arrived.lock().expect("no test panics while it holds this").push(began.elapsed());
            let (time, outcome) = answers(turn.fetch_add(1, SeqCst));
            let answer: BoxFuture<Outcome> = Box::pin(async move {
                sleep(ms(time)).await;
                outcome
            });
            answer
        }) as Answer);
        let (seen, latencies) = (below.seen(), Arc::new(Latencies::new(config)));
        let hedge = HedgeLayer::new(&Arc::new(Budget::new(budget)), &latencies).layer(below);
        Self { hedge, latencies, seen, arrivals }
    }

    /// After so many calls that took 10 ms, of which the 95th percentile is a little more.
    fn after(self, calls: u32) -> Self {
        let now = Instant::now();
        for _ in 0..calls {
            self.latencies.share.earn(now);
            self.latencies.record("test.call", ms(10), now);
        }
        self
    }

    async fn call(&self, call: Box<Outgoing>) -> Result<(), Reason> {
        let outcome = self.hedge.call(call).await.map(|_| ()).map_err(|error| error.reason());
        assert_eq!(self.seen.in_flight(), 0, "no attempt outlives its call");
        outcome
    }

    fn attempts(&self) -> usize {
        self.seen.deadlines().len()
    }

    fn arrivals(&self) -> Vec<Duration> {
        self.arrivals.lock().expect("no test panics while it holds this").clone()
    }

    fn counted(&self) -> (u64, u64) {
        (self.latencies.hedges().sent(), self.latencies.hedges().won())
    }
}

/// A call that may be hedged.
fn hedged(left: Duration) -> Box<Outgoing> {
    let mut call = outgoing(left);
    call.policy.hedge = true;
    call
}

/// The first attempt of a call stalls, all others answer at once.
fn first_stalls(turn: usize) -> (u64, Outcome) {
    (if turn == 0 { 500 } else { 1 }, answered())
}

#[tokio::test(start_paused = true)]
async fn never_before_enough_calls_were_seen() {
    for (calls, attempts) in [(0, 1), (99, 1), (100, 2)] {
        let bench = Bench::new(first_stalls).after(calls);
        assert_eq!((bench.call(hedged(ms(1000))).await, bench.attempts()), (Ok(()), attempts), "{calls}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_attempt_goes_out_at_the_percentile_and_its_answer_counts() {
    let bench = Bench::new(first_stalls).after(1000);
    let (began, deadline) = (Instant::now(), Instant::now() + ms(1000));
    let slow = bench.latencies.percentile("test.call", began).expect("enough calls");
    assert!(slow > ms(10) && slow < ms(11), "{slow:?}");
    assert_eq!(bench.call(hedged(ms(1000))).await, Ok(()));
    // The timer counts whole milliseconds.
    assert_eq!(bench.arrivals(), [ms(0), ms(11)]);
    assert_eq!(began.elapsed(), ms(12));
    assert_eq!(bench.seen.deadlines(), [deadline, deadline], "the second attempt gets no more time");
    assert_eq!(bench.counted(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_slow_is_sent_once() {
    let bench = Bench::new(|_| (10, answered())).after(1000);
    assert_eq!((bench.call(hedged(ms(1000))).await, bench.attempts()), (Ok(()), 1));
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_hedged_is_sent_once() {
    let forbid: [fn(&mut Outgoing); 3] =
        [|call| call.policy.hedge = false, |call| call.idempotent = false, |call| call.attempt = 1];
    for forbid in forbid {
        let bench = Bench::new(first_stalls).after(1000);
        let mut call = hedged(ms(1000));
        forbid(&mut call);
        assert_eq!((bench.call(call).await, bench.attempts()), (Ok(()), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_over_before_it_is_slow_is_sent_once() {
    let bench = Bench::new(first_stalls).after(1000);
    assert_eq!((bench.call(hedged(ms(10))).await, bench.attempts()), (Ok(()), 1));
}

#[tokio::test(start_paused = true)]
async fn without_room_in_the_retry_budget_there_is_none_and_the_share_keeps_its_own() {
    let none = RetryConfig { budget_percent: 0, reserve_per_second: 0, ..RetryConfig::default() };
    let bench = Bench::with(&none, &HedgeConfig::default(), first_stalls).after(1000);
    assert_eq!((bench.call(hedged(ms(1000))).await, bench.attempts()), (Ok(()), 1));
    let taken = (0..100).filter(|_| bench.latencies.share.take(true, Instant::now(), || true)).count();
    assert_eq!((taken, bench.counted()), (30, (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_stuck_call_asks_again_about_every_percentile_time() {
    let bench = Bench::new(first_stalls).after(100);
    // Room for three, all taken.
    assert!((0..3).all(|_| bench.latencies.share.take(true, Instant::now(), || true)));
    let more = async {
        sleep(ms(28)).await;
        (0..100).for_each(|_| bench.latencies.share.earn(Instant::now()));
    };
    assert_eq!(tokio::join!(bench.call(hedged(ms(1000))), more).0, Ok(()));
    assert_eq!(bench.arrivals(), [ms(0), ms(33)], "at 11 and 22 ms there was no room");
}

#[tokio::test(start_paused = true)]
async fn a_stuck_call_does_not_ask_after_its_deadline() {
    let bench = Bench::new(first_stalls).after(100);
    assert!((0..3).all(|_| bench.latencies.share.take(true, Instant::now(), || true)));
    let more = async {
        sleep(ms(28)).await;
        (0..100).for_each(|_| bench.latencies.share.earn(Instant::now()));
    };
    assert_eq!(tokio::join!(bench.call(hedged(ms(30))), more).0, Ok(()));
    assert_eq!(bench.arrivals(), [ms(0)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_merely_slow_leaves_half_of_the_share_to_the_stuck() {
    let bench = Bench::new(first_stalls).after(100);
    // Half of three is taken.
    assert!((0..2).all(|_| bench.latencies.share.take(true, Instant::now(), || true)));
    assert_eq!(bench.call(hedged(ms(1000))).await, Ok(()));
    assert_eq!(bench.arrivals(), [ms(0), ms(22)]);
}

#[tokio::test(start_paused = true)]
async fn answers_count_for_the_percentile_from_the_start_of_their_call_and_failures_do_not() {
    let bench = Bench::new(|turn| match turn {
        0..100 => (7, answered()),
        _ => (70, failed(Reason::Failed)),
    });
    for _ in 0..200 {
        let _ = bench.call(hedged(ms(1000))).await;
    }
    let slow = bench.latencies.percentile("test.call", Instant::now());
    assert!(slow.is_some_and(|slow| slow >= ms(7) && slow < ms(8)), "{slow:?}");
}

/// Remembers how old each attempt's clock reading is, and takes a while.
#[derive(Default)]
struct Clocks(Mutex<Vec<Duration>>);

impl Step<Box<Outgoing>> for Clocks {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        self.0.lock().expect("no test panics while it holds this").push(outgoing.now.elapsed());
        sleep(ms(500)).await;
        answered()
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_told_when_it_starts() {
    let Bench { hedge, latencies, .. } = Bench::new(first_stalls).after(1000);
    let hedge = HedgeLayer::new(&hedge.budget, &latencies).layer(Clocks::default());
    assert!(hedge.call(hedged(ms(1000))).await.is_ok());
    let ages = hedge.inner.0.into_inner().expect("no test panics while it holds this");
    assert_eq!(ages, [Duration::ZERO; 2]);
}

#[test]
fn a_call_is_hardly_larger_with_it() {
    let bare = Below::new(std::future::pending);
    let alone = size_of_val(&bare.call(outgoing(ms(1000))));
    let bench = Bench::new(first_stalls);
    let below = Below::new(std::future::pending::<Outcome>);
    let hedge = HedgeLayer::new(&bench.hedge.budget, &bench.latencies).layer(below);
    let with = size_of_val(&hedge.call(outgoing(ms(1000))));
    assert!(with <= alone + 4 * size_of::<usize>(), "{with} bytes, {alone} without");
}

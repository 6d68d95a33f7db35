//! Hedging under load, with paused time: what it does for the tail, and what it costs.

use futures::{StreamExt as _, stream::FuturesUnordered};

use super::*;

/// Percent of a service's attempts that take a second, and that take 20 to 40 ms. The others take 1 to 5 ms.
#[derive(Clone, Copy)]
struct Service {
    stuck: u64,
    slow: u64,
}

/// What a run came to.
struct Run {
    /// Time of each call, the shortest first.
    times: Vec<Duration>,
    attempts: usize,
}

impl Run {
    /// Two calls a millisecond for ten seconds, the same ones each time.
    async fn of(service: Service, hedge: &HedgeConfig) -> Self {
        let random = Mutex::new(fastrand::Rng::with_seed(7));
        let bench = Bench::with(&RetryConfig::default(), hedge, move |_| {
            let mut random = random.lock().expect("no test panics while it holds this");
            let time = match random.u64(0..100) {
                dice if dice < service.stuck => 1000,
                dice if dice < service.stuck + service.slow => random.u64(20..=40),
                _ => random.u64(1..=5),
            };
            (time, answered())
        });
        let call = async || {
            let mut call = hedged(ms(5000));
            call.policy.hedge = hedge.enabled;
            let began = call.now;
            // As the retry above does.
            bench.hedge.budget.earn(began);
            assert!(bench.hedge.call(call).await.is_ok());
            began.elapsed()
        };
        let (mut calls, mut ticks) = (FuturesUnordered::new(), tokio::time::interval(ms(1)));
        let (mut times, mut left) = (Vec::new(), 10_000);
        while left > 0 || !calls.is_empty() {
            tokio::select! {
                biased;
                Some(time) = calls.next() => times.push(time),
                _ = ticks.tick(), if left > 0 => {
                    left -= 1;
                    calls.extend([call(), call()]);
                }
            }
        }
        drop(calls);
        times.sort_unstable();
        Self { times, attempts: bench.attempts() }
    }

    /// The time that this many of ten thousand calls stay within.
    fn within(&self, of_ten_thousand: usize) -> Duration {
        self.times[(self.times.len() * of_ten_thousand).div_ceil(10_000) - 1]
    }

    fn over(&self, time: Duration) -> usize {
        self.times.iter().filter(|took| **took > time).count()
    }

    fn hedges(&self) -> usize {
        self.attempts - self.times.len()
    }
}

fn on() -> HedgeConfig {
    HedgeConfig { enabled: true, ..HedgeConfig::default() }
}

#[tokio::test(start_paused = true)]
async fn one_stuck_attempt_in_a_hundred_leaves_the_tail_for_three_percent_more_attempts() {
    let service = Service { stuck: 1, slow: 0 };
    let (without, with) = (Run::of(service, &HedgeConfig::default()).await, Run::of(service, &on()).await);
    assert_eq!((without.hedges(), without.within(9990)), (0, ms(1000)));
    assert!((1..=600).contains(&with.hedges()), "{} of 20,000", with.hedges());
    assert!(with.within(9990) * 5 <= without.within(9990), "p99.9 is {:?}", with.within(9990));
    assert!(with.within(9500) <= without.within(9500), "and nobody pays for it");
}

/// Seven percent are slow, which is more than the share. If it went to whoever asks first, two dozen of the stuck would wait
/// longer than 100 ms.
#[tokio::test(start_paused = true)]
async fn those_that_are_merely_slow_do_not_starve_those_that_are_stuck() {
    let service = Service { stuck: 1, slow: 6 };
    let run = Run::of(service, &on()).await;
    assert!((200..=600).contains(&run.hedges()), "{} of 20,000", run.hedges());
    assert!(run.over(ms(100)) <= 5, "{} waited for long", run.over(ms(100)));
}

#[tokio::test(start_paused = true)]
async fn however_many_ask_three_percent_are_hedged() {
    let run = Run::of(Service { stuck: 10, slow: 0 }, &HedgeConfig { percentile: 80, ..on() }).await;
    assert!((500..=600).contains(&run.hedges()), "{} of 20,000", run.hedges());
}

//! Against a service that queues: ten calls at a time, 10 ms each, and twice as many calls as that bears.

use std::{sync::Mutex, time::Duration};

use futures::stream::{FuturesUnordered, StreamExt as _};

use super::*;

/// A service with so many servers. Remembers when each call was answered, and how long it took.
struct Queueing {
    servers: Semaphore,
    takes: Mutex<Duration>,
    answers: Mutex<Vec<(Instant, Duration)>>,
}

impl Queueing {
    fn new(servers: usize) -> Arc<Self> {
        let (takes, answers) = (Mutex::new(ms(10)), Mutex::default());
        Arc::new(Self { servers: Semaphore::new(servers), takes, answers })
    }

    fn takes(&self, takes: Duration) {
        *self.takes.lock().expect("nobody panics") = takes;
    }

    async fn answer(&self) -> Outcome {
        let began = Instant::now();
        let _server = self.servers.acquire().await.expect("it stays open");
        let takes = *self.takes.lock().expect("nobody panics");
        sleep(takes).await;
        self.answers.lock().expect("nobody panics").push((Instant::now(), began.elapsed()));
        answered()
    }

    /// Since then: answers a second, and their mean latency in milliseconds.
    fn since(&self, from: Instant) -> (f64, f64) {
        let answers = self.answers.lock().expect("nobody panics");
        let latencies: Vec<f64> =
            answers.iter().filter(|(at, _)| *at > from).map(|(_, took)| took.as_secs_f64() * 1e3).collect();
        let count = f64::from(u32::try_from(latencies.len()).expect("a few"));
        (count / from.elapsed().as_secs_f64(), latencies.iter().sum::<f64>() / count)
    }
}

fn against(
    service: &Arc<Queueing>,
    config: &BulkheadConfig,
) -> Bulkhead<impl Step<Box<Outgoing>, Out = Outcome>> {
    let service = Arc::clone(service);
    BulkheadLayer::new(config, &Arc::default()).layer(Below::new(move || {
        let service = Arc::clone(&service);
        async move { service.answer().await }
    }))
}

/// So many calls each millisecond, for so long, whatever becomes of them.
async fn offer<S>(bulkhead: &Bulkhead<S>, each_millisecond: f64, length: Duration)
where
    S: Step<Box<Outgoing>, Out = Outcome>,
{
    let (until, mut owed) = (Instant::now() + length, 0.0);
    let mut calls = FuturesUnordered::new();
    while Instant::now() < until {
        owed += each_millisecond;
        while owed >= 1.0 {
            calls.push(bulkhead.call(outgoing(ms(1_000))));
            owed -= 1.0;
        }
        let tick = Instant::now() + ms(1);
        while Instant::now() < tick {
            tokio::select! {
                Some(_) = calls.next(), if !calls.is_empty() => {}
                () = tokio::time::sleep_until(tick) => {}
            }
        }
    }
}

/// Answers a second and their mean latency, over ten seconds of twice what the service bears.
async fn overloaded(adaptive: bool) -> (f64, f64) {
    let service = Queueing::new(10);
    let bulkhead = against(&service, &BulkheadConfig { adaptive, ..BulkheadConfig::default() });
    offer(&bulkhead, 0.3, ms(2_000)).await;
    let began = Instant::now();
    offer(&bulkhead, 2.0, ms(10_000)).await;
    service.since(began)
}

#[tokio::test(start_paused = true)]
async fn the_adaptive_limit_keeps_the_queue_short_and_the_service_busy() {
    let (answers, latency) = overloaded(true).await;
    assert!(latency < 30.0, "{latency} ms a call, of 10");
    assert!(answers > 900.0, "{answers} a second, of 1000");
}

#[tokio::test(start_paused = true)]
async fn the_fixed_limit_only_bounds_the_queue() {
    let (answers, latency) = overloaded(false).await;
    assert!(latency > 60.0 && answers > 900.0, "{latency} ms a call, {answers} a second");
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_back_two_seconds_after_a_spike() {
    let service = Queueing::new(100);
    let bulkhead = against(&service, &BulkheadConfig::default());
    offer(&bulkhead, 4.0, ms(2_000)).await;
    assert_eq!(bulkhead.places.limit(), 64);
    service.takes(ms(80));
    offer(&bulkhead, 4.0, ms(3_000)).await;
    assert_eq!(bulkhead.places.limit(), 4);
    service.takes(ms(10));
    let began = Instant::now();
    while bulkhead.places.limit() < 64 {
        offer(&bulkhead, 4.0, ms(10)).await;
    }
    assert!(began.elapsed() < ms(2_000), "{:?}", began.elapsed());
}

/// Noise alone, with every place always taken: the limit stays where it is.
#[tokio::test(start_paused = true)]
async fn a_full_bulkhead_is_no_overload() {
    let mut random = fastrand::Rng::with_seed(7);
    let service = Queueing::new(100);
    let bulkhead =
        against(&service, &BulkheadConfig { limit: 16, wait: ms(20), ..BulkheadConfig::default() });
    let mut sum = 0;
    for _ in 0..2_000 {
        // About exponential, from 6 ms on.
        service.takes(ms(6).mul_f64(1.0 - 2.0 * random.f64().max(1e-6).ln()));
        offer(&bulkhead, 2.0, ms(10)).await;
        sum += bulkhead.places.limit();
    }
    assert!(sum / 2_000 >= 15, "{}", sum / 2_000);
}

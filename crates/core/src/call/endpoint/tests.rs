use super::*;
use crate::call::testing::{answered, failed, ms};

fn endpoint() -> Endpoint {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    Endpoint::new(1, "http://127.0.0.1:1".into(), [address].into(), &BreakerConfig::default(), None)
}

/// A call that takes this long and comes to this.
async fn carry(endpoint: &Endpoint, takes: Duration, outcome: Outcome) {
    let mut flight = endpoint.carry(Instant::now());
    tokio::time::sleep(takes).await;
    flight.landed(&outcome);
}

/// Its load in milliseconds, which is its latency while nothing is in flight.
fn latency(endpoint: &Endpoint) -> f64 {
    endpoint.load(Instant::now()) / 1000.0
}

#[tokio::test(start_paused = true)]
async fn it_follows_the_latency_and_one_outlier_weighs_little() {
    let endpoint = endpoint();
    carry(&endpoint, ms(10), answered()).await;
    assert!((9.9..=10.1).contains(&latency(&endpoint)));
    carry(&endpoint, ms(100), answered()).await;
    assert!((11.0..=13.0).contains(&latency(&endpoint)), "{}", latency(&endpoint));
    for _ in 0..200 {
        carry(&endpoint, ms(100), answered()).await;
    }
    assert!((95.0..=101.0).contains(&latency(&endpoint)), "{}", latency(&endpoint));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_was_slow_is_asked_again_in_time() {
    let endpoint = endpoint();
    carry(&endpoint, ms(900), answered()).await;
    tokio::time::advance(MEMORY).await;
    assert!((300.0..=350.0).contains(&latency(&endpoint)), "a third of it is left: {}", latency(&endpoint));
    tokio::time::advance(MEMORY * 7).await;
    assert!(latency(&endpoint) < 1.0);
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_weigh() {
    let endpoint = endpoint();
    carry(&endpoint, ms(10), answered()).await;
    let idle = latency(&endpoint);
    let flights = [(); 3].map(|()| endpoint.carry(Instant::now()));
    assert!((latency(&endpoint) / idle - 4.0).abs() < 0.01);
    drop(flights);
    assert_eq!(endpoint.in_flight.load(Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn what_fails_fast_is_not_fast_and_what_was_dropped_would_have_taken_longer() {
    for reason in [Reason::Unavailable, Reason::Failed, Reason::Timeout] {
        let (failing, resting) = (endpoint(), endpoint());
        for endpoint in [&failing, &resting] {
            carry(endpoint, ms(100), answered()).await;
        }
        for _ in 0..100 {
            carry(&failing, ms(1), failed(reason)).await;
            tokio::time::advance(ms(20)).await;
        }
        let (failing, resting) = (latency(&failing), latency(&resting));
        assert!(failing > resting * 0.9, "{reason}: {failing} beside {resting}");
    }
    let endpoint = endpoint();
    carry(&endpoint, ms(10), answered()).await;
    for (waits, longer) in [(5, false), (5000, true)] {
        let before = latency(&endpoint);
        let flight = endpoint.carry(Instant::now());
        tokio::time::advance(ms(waits)).await;
        drop(flight);
        assert_eq!(latency(&endpoint) > before, longer, "after {waits} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_it_changes_nothing() {
    let endpoint = endpoint();
    carry(&endpoint, ms(10), answered()).await;
    carry(&endpoint, ms(900), failed(Reason::Rejected)).await;
    assert!(latency(&endpoint) <= 10.0);
}

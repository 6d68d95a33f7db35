//! Never more in flight than the limit, no place lost, no place idle while a call waits: while the limit stays where it is.

mod adaptive;
mod lag;
mod overload;

use std::sync::{Arc, Mutex};

use futures::{FutureExt as _, future::BoxFuture, poll};
use proptest::prelude::*;
use tokio::{sync::Semaphore, time::sleep};

use super::*;
use crate::call::testing::{Below, Seen, answered, failed, ms, outgoing};

const WAIT: Duration = ms(30);

type InFlight<'a> = BoxFuture<'a, Outcome>;

fn layer(limit: usize, adaptive: bool) -> BulkheadLayer {
    BulkheadLayer::new(&BulkheadConfig { limit, adaptive, at_least: limit, wait: WAIT }, &Arc::default())
}

/// A service with two places, whose calls take 100 ms.
fn two_places() -> (Bulkhead<impl Step<Box<Outgoing>, Out = Outcome>>, Arc<Seen>) {
    let below = Below::new(async || {
        sleep(ms(100)).await;
        answered()
    });
    let seen = below.seen();
    (layer(2, true).layer(below), seen)
}

#[tokio::test(start_paused = true)]
async fn a_call_beyond_the_limit_waits_and_gets_the_next_free_place() {
    let (bulkhead, seen) = two_places();
    let (mut first, mut second) = (call(&bulkhead), call(&bulkhead));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    sleep(ms(80)).await;
    let began = Instant::now();
    let (first, second, third) = tokio::join!(first, second, call(&bulkhead));
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(began.elapsed(), ms(20 + 100), "it waited for a place, then took its own time");
    assert_eq!(seen.most_in_flight(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waited_in_vain_is_rejected_and_never_sent() {
    let (bulkhead, seen) = two_places();
    let (mut first, mut second) = (call(&bulkhead), call(&bulkhead));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    let began = Instant::now();
    let error = call(&bulkhead).await.expect_err("both places are taken");
    assert_eq!((error.reason(), began.elapsed()), (Reason::Rejected, WAIT));
    assert_eq!(error.detail(), "no free place among its 2 calls in flight within 30 ms");
    assert_eq!(seen.deadlines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_place_to_the_one_that_waits() {
    let (bulkhead, seen) = two_places();
    let (mut first, mut second, mut third) = (call(&bulkhead), call(&bulkhead), call(&bulkhead));
    assert!(
        poll!(&mut first).is_pending() && poll!(&mut second).is_pending() && poll!(&mut third).is_pending()
    );
    drop(first);
    assert!(poll!(&mut third).is_pending());
    assert_eq!((seen.in_flight(), seen.deadlines().len()), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_while_it_waits_leaves_the_queue() {
    let (bulkhead, seen) = two_places();
    let (mut first, mut second) = (call(&bulkhead), call(&bulkhead));
    let (mut impatient, mut patient) = (call(&bulkhead), call(&bulkhead));
    for call in [&mut first, &mut second, &mut impatient, &mut patient] {
        assert!(poll!(call).is_pending());
    }
    drop(impatient);
    drop(first);
    assert!(poll!(&mut patient).is_pending());
    assert_eq!(seen.deadlines().len(), 3, "the place went to the call that still waits");
}

#[tokio::test(start_paused = true)]
async fn a_failed_call_gives_its_place_back() {
    let bulkhead = layer(1, true).layer(Below::new(async || failed(Reason::Failed)));
    for _ in 0..3 {
        assert_eq!(call(&bulkhead).await.expect_err("it fails").reason(), Reason::Failed);
    }
}

fn call<S: Step<Box<Outgoing>, Out = Outcome>>(bulkhead: &Bulkhead<S>) -> InFlight<'_> {
    bulkhead.call(outgoing(ms(1_000))).boxed()
}

/// What may happen next.
#[derive(Debug, Clone, Copy)]
enum Event {
    Start,
    /// The service answers one of its calls.
    Finish,
    /// The client of one of the calls goes away, whether it waits or is in flight.
    Drop(prop::sample::Index),
    /// Long enough that whoever waits is rejected.
    Time,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Start),
        2 => Just(Event::Finish),
        2 => any::<prop::sample::Index>().prop_map(Event::Drop),
        1 => Just(Event::Time),
    ]
}

proptest! {
    #[test]
    fn any_schedule_fills_the_places_and_never_more(limit in 1_usize..4, adaptive: bool, events in prop::collection::vec(event(), 0..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(run(limit, adaptive, events))?;
    }
}

async fn run(limit: usize, adaptive: bool, events: Vec<Event>) -> Result<(), TestCaseError> {
    let finish = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&finish);
    let below = Below::new(move || {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.expect("the gate stays").forget();
            answered()
        }
    });
    let seen = below.seen();
    let bulkhead = layer(limit, adaptive).layer(below);
    let mut calls: Vec<InFlight<'_>> = Vec::new();
    for event in events {
        let before = calls.len();
        let ended = match event {
            Event::Start => {
                calls.push(call(&bulkhead));
                0
            }
            Event::Finish if before > 0 => {
                finish.add_permits(1);
                1
            }
            Event::Drop(which) if before > 0 => {
                drop(calls.swap_remove(which.index(before)));
                0
            }
            Event::Time => {
                tokio::time::advance(WAIT + ms(1)).await;
                before.saturating_sub(limit)
            }
            Event::Finish | Event::Drop(_) => 0,
        };
        let (mut living, mut over) = (Vec::new(), 0);
        for mut call in calls {
            if poll!(&mut call).is_pending() { living.push(call) } else { over += 1 }
        }
        calls = living;
        prop_assert_eq!(over, ended);
        // A place that came free while they were polled belongs to one that was polled before.
        for call in &mut calls {
            prop_assert!(poll!(call).is_pending());
        }
        prop_assert_eq!(seen.in_flight(), calls.len().min(limit));
    }
    drop(calls);
    prop_assert!(seen.most_in_flight() <= limit);
    prop_assert_eq!((seen.in_flight(), bulkhead.places.free()), (0, limit));
    Ok(())
}

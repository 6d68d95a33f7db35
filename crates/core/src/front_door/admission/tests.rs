//! The step: a request that is worked on counts, and one that ends in whatever way gives its place back.

use std::time::Duration;

use axum::extract::Request;
use futures::{FutureExt as _, poll};
use tokio::sync::Semaphore;

use super::{worker::Bounds, *};
use crate::{config::AdmissionConfig, context::RequestContext, telemetry::trace::TraceContext};

/// The step below: answers when it is told to.
struct Below(Arc<Semaphore>);

impl Step<Box<Exchange>> for Below {
    type Out = Response;

    async fn call(&self, _: Box<Exchange>) -> Response {
        self.0.acquire().await.expect("it stays open").forget();
        Response::default()
    }
}

/// A worker with so many places, and the step before [`Below`].
fn step(places: usize, priority: Priority) -> (Arc<Worker>, Arc<Semaphore>, Admitted<Below>) {
    let config = AdmissionConfig { max_in_flight: places, ..AdmissionConfig::default() };
    let (worker, answers) = (Arc::new(Worker::new(&config, &Arc::default())), Arc::new(Semaphore::new(0)));
    let layer = AdmissionLayer { worker: Some(Arc::clone(&worker)), priority };
    let step = layer.layer(Below(Arc::clone(&answers)));
    (worker, answers, step)
}

fn exchange() -> Box<Exchange> {
    let context = RequestContext::for_test(Duration::from_secs(1));
    Box::new(Exchange { request: Request::default(), context })
}

#[tokio::test]
async fn a_request_keeps_its_worker_busy_while_it_is_worked_on() {
    let (worker, answers, step) = step(2, Priority::Normal);
    let mut first = step.call(exchange()).boxed();
    assert_eq!((worker.in_flight(), worker.busy()), (0, 0), "nothing has begun");
    assert!(poll!(&mut first).is_pending());
    assert_eq!((worker.in_flight(), worker.busy()), (1, 1));
    worker.end_span();
    worker.end_span();
    assert_eq!((worker.in_flight(), worker.busy()), (1, 0), "it waits");
    assert!(poll!(&mut first).is_pending());
    assert_eq!((worker.in_flight(), worker.busy()), (1, 1), "it was worked on once more");
    answers.add_permits(1);
    assert_eq!(first.await.status(), 200);
    assert_eq!((worker.in_flight(), worker.busy()), (0, 1), "until the probe looks");
    worker.looked(Duration::ZERO, Duration::ZERO, Duration::ZERO, Bounds::OPEN);
    assert_eq!(worker.busy(), 0);
}

#[tokio::test]
async fn a_dropped_request_gives_its_place_back_and_one_too_many_takes_none() {
    let (worker, _, step) = step(2, Priority::Normal);
    let (mut first, mut second) = (step.call(exchange()).boxed(), step.call(exchange()).boxed());
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    let refused = step.call(exchange()).await;
    assert_eq!(refused.status(), 503);
    let problem = refused.extensions().get::<Problem>().expect("it is a problem");
    assert_eq!((problem.code(), problem.detail()), (Code::Overloaded, None));
    assert_eq!(worker.in_flight(), 2);
    drop(first);
    assert_eq!(worker.in_flight(), 1);
    let mut third = step.call(exchange()).boxed();
    assert!(poll!(&mut third).is_pending());
    drop((second, third));
    assert_eq!(worker.in_flight(), 0);
}

/// The requests of three exchanges, each of which has begun.
async fn begun(step: &Admitted<Below>) -> [InFlight<'_>; 3] {
    let mut all = [(); 3].map(|()| step.call(exchange()).boxed());
    for request in &mut all {
        assert!(poll!(request).is_pending());
    }
    all
}

type InFlight<'a> = futures::future::BoxFuture<'a, Response>;

/// The first in the line may go on.
fn next_turn(worker: &Worker) {
    worker.turns.begin(tokio::time::Instant::now());
}

#[tokio::test(start_paused = true)]
async fn on_a_worker_that_lags_a_request_lines_up_for_each_turn() {
    let (worker, answers, step) = step(4, Priority::Normal);
    let [mut first, second, mut third] = begun(&step).await;
    worker.found(true);
    answers.add_permits(3);
    assert!(poll!(&mut third).is_pending() && poll!(&mut first).is_pending(), "not before their turns");
    assert_eq!((worker.lined_up.get(), worker.busy()), (2, 3), "who waits for a turn keeps the worker busy");
    tokio::time::advance(Duration::from_millis(7)).await;
    next_turn(&worker);
    assert!(poll!(&mut third).is_pending(), "who was let in first goes first");
    assert_eq!(first.await.status(), 200);
    next_turn(&worker);
    assert_eq!(third.await.status(), 200);
    let took = worker.took().expect("two are done");
    assert_eq!(took.lag, Duration::from_millis(7), "they waited so long");

    // Control: without a lag nobody lines up.
    worker.found(false);
    assert_eq!(second.await.status(), 200);
    assert_eq!((worker.in_flight(), worker.lined_up.get()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_away_leaves_the_line() {
    let (worker, answers, step) = step(4, Priority::Normal);
    let [mut first, mut second, third] = begun(&step).await;
    worker.found(true);
    answers.add_permits(3);
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    drop((first, third));
    assert_eq!((worker.in_flight(), worker.lined_up.get()), (1, 1));
    next_turn(&worker);
    assert_eq!(second.await.status(), 200);
    assert_eq!((worker.in_flight(), worker.lined_up.get()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_has_used_up_a_quota_lets_others_go_first_and_not_all() {
    let (worker, answers, step) = step(4, Priority::Normal);
    let greedy = exchange();
    greedy.context.inner().work.set_handicap(1);
    let mut greedy = step.call(greedy).boxed();
    assert!(poll!(&mut greedy).is_pending());
    let (mut second, mut third) = (step.call(exchange()).boxed(), step.call(exchange()).boxed());
    assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
    worker.found(true);
    answers.add_permits(3);
    for request in [&mut greedy, &mut second, &mut third] {
        assert!(poll!(request).is_pending());
    }
    let mut order = Vec::new();
    let mut requests = [Some(greedy), Some(second), Some(third)];
    for _ in 0..3 {
        next_turn(&worker);
        for (name, request) in ["greedy", "second", "third"].into_iter().zip(&mut requests) {
            if let Some(waiting) = request
                && poll!(waiting).is_ready()
            {
                order.push(name);
                *request = None;
            }
        }
    }
    assert_eq!(order, ["second", "greedy", "third"], "one that came later went first");
}

#[tokio::test(start_paused = true)]
async fn after_a_long_turn_requests_line_up_until_the_probe_has_looked_twice() {
    let (worker, answers, step) = step(3, Priority::Normal);
    let long = exchange();
    long.context.inner().work.takes_long();
    answers.add_permits(2);
    assert_eq!(step.call(long).await.status(), 200);
    for (ordered, look) in [(true, "before"), (true, "the first"), (false, "the second")] {
        if look != "before" {
            worker.found(false);
        }
        assert_eq!((worker.turns.are_ordered(), worker.lags()), (ordered, false), "{look}");
    }
    // Control: a short one changes nothing.
    assert_eq!(step.call(exchange()).await.status(), 200);
    assert!(!worker.turns.are_ordered());
}

#[test]
fn refused_clients_are_told_different_times() {
    let told: std::collections::BTreeSet<_> = (0..200)
        .map(|_| {
            let response =
                refusal(Cause::Lag).render(&HeaderValue::from_static("id"), TraceContext::for_test());
            response.headers()[header::RETRY_AFTER].to_str().expect("digits").to_owned()
        })
        .collect();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), ["1", "2", "3"]);
}

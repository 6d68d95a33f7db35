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

/// A worker with two places, and the step before [`Below`].
fn step(priority: Priority) -> (Arc<Worker>, Arc<Semaphore>, Admitted<Below>) {
    let config = AdmissionConfig { max_in_flight: 2, ..AdmissionConfig::default() };
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
    let (worker, answers, step) = step(Priority::Normal);
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
    let (worker, _, step) = step(Priority::Normal);
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

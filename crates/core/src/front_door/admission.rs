//! Refuses early and cheaply what an overloaded BFF can't serve, so that it goes on serving the rest.
//!
//! Three things are a reason, each by the route's [priority](crate::routes::Priority): more requests in flight than
//! `admission.max_in_flight`, little memory, and a worker on which ready work waits too long for its turn. The last one is told from
//! our own queue alone: a service that hangs makes screens slow while the worker idles, and refusing then would make
//! its failure everybody's. What is too much for a service is the matter of its bulkhead.
//!
//! [`limit`] says how many a worker that lags works on, [`turns`] on whom of them next, [`probe`] feels the lag, [`worker`] counts, [`memory`] looks at the
//! memory, [`readiness`] says when a load balancer should know.

mod count;
mod limit;
mod memory;
mod place;
mod pressure;
mod probe;
mod process;
mod readiness;
mod turns;
mod view;
mod worker;

use std::{future::poll_fn, pin::pin, sync::Arc, task::ready};

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use tower::Layer;

pub use self::view::{AdmissionCounts, AdmissionView, MemoryView, WorkerView};
pub(crate) use self::{process::Admission, worker::Worker};

use self::worker::Cause;
use super::{Exchange, FrontDoor};
use crate::{
    problem::{Code, Problem},
    routes::{Priority, RouteInfo},
    step::Step,
    telemetry::story::{CallId, Event},
};

/// Seconds after which a refused client may come back: not the same for all, or they would come back together.
const RETRY_AFTER: [HeaderValue; 3] =
    [HeaderValue::from_static("1"), HeaderValue::from_static("2"), HeaderValue::from_static("3")];

#[derive(Clone)]
pub(super) struct AdmissionLayer {
    /// `None` if all are admitted.
    worker: Option<Arc<Worker>>,
    priority: Priority,
}

impl AdmissionLayer {
    pub(super) fn new(door: &FrontDoor, route: &RouteInfo) -> Self {
        Self { worker: door.admission.clone(), priority: route.priority }
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admitted<S>;

    fn layer(&self, inner: S) -> Admitted<S> {
        Admitted { inner, settings: self.clone() }
    }
}

pub(super) struct Admitted<S> {
    inner: S,
    settings: AdmissionLayer,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Admitted<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let AdmissionLayer { worker, priority } = &self.settings;
        let mut place = match worker.as_ref().map(|worker| worker.admit(*priority)).transpose() {
            Ok(place) => place,
            Err(cause) => {
                let shed = Event::Shed { reason: cause.as_str() };
                let context = &exchange.context;
                context.story().event(CallId::NONE, shed, context.inner().started);
                return refusal(cause).into_response();
            }
        };
        let context = exchange.context.clone();
        let mut inner = pin!(self.inner.call(exchange));
        poll_fn(|task| {
            let Some(place) = &mut place else { return inner.as_mut().poll(task) };
            let work = &context.inner().work;
            ready!(place.begin_turn(task, work));
            let answer = inner.as_mut().poll(task);
            place.end_turn(work);
            answer
        })
        .await
    }
}

fn refusal(cause: Cause) -> Problem {
    let reason = match cause {
        Cause::InFlight => "as many in flight as the worker may have",
        Cause::Memory => "memory is short",
        Cause::Lag => "the worker lags",
    };
    let [one, two, three] = &RETRY_AFTER;
    let after = fastrand::choice([one, two, three]).unwrap_or(one).clone();
    Problem::new(Code::Overloaded).with_reason(reason).with_header(header::RETRY_AFTER, after)
}

#[cfg(test)]
mod tests;

//! What a policy's unit tests put below it: a step that answers as it is told and remembers what reached it.
//!
//! With paused time, so a test of a minute takes none. Not for sockets: paused time runs past them.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::time::Instant;

use super::{
    CallError, Idempotent, Outcome, Outgoing, Owner, Reason, Reply, Wire, cache::Keeping, draft::Asker,
    policy::Policies,
};
use crate::{auth::Identity, config::ServiceConfig, context::RequestContext, step::Step};

/// The step below the one under test; `answer` says what each call comes to, and when.
pub(super) struct Below<F> {
    answer: F,
    seen: Arc<Seen>,
}

/// What reached it.
#[derive(Default)]
pub(super) struct Seen {
    deadlines: Mutex<Vec<Instant>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl<F> Below<F> {
    pub(super) fn new(answer: F) -> Self {
        Self { answer, seen: Arc::default() }
    }

    pub(super) fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }
}

impl Seen {
    /// The deadline of each call, in order of arrival.
    pub(super) fn deadlines(&self) -> Vec<Instant> {
        self.deadlines.lock().expect("no test panics while it holds this").clone()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(SeqCst)
    }

    pub(super) fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(SeqCst)
    }
}

impl<F, A> Step<Box<Outgoing>> for Below<F>
where
    F: Fn() -> A + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send,
{
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        self.seen.deadlines.lock().expect("no test panics while it holds this").push(outgoing.deadline);
        let _flight = Flight::begin(&self.seen);
        (self.answer)().await
    }
}

struct Flight<'a>(&'a Seen);

impl<'a> Flight<'a> {
    fn begin(seen: &'a Seen) -> Self {
        let now = seen.in_flight.fetch_add(1, SeqCst) + 1;
        seen.most_in_flight.fetch_max(now, SeqCst);
        Self(seen)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, SeqCst);
    }
}

/// A call of a request that has this much time left.
pub(super) fn outgoing(left: Duration) -> Box<Outgoing> {
    let wire = Wire::Http { method: Method::GET, path_and_query: "/".to_owned(), body: None };
    let context = RequestContext::for_test(left);
    let owner = Owner::caller(Arc::new(Identity::for_test("alice", &[], &[], None)));
    let ask = Asker { context, owner, keeping: Keeping::default() };
    let policy = Policies::new("test", &ServiceConfig::default(), &[]).of("test.call");
    Outgoing::new::<Idempotent>("test.call", policy, ask, HeaderMap::new(), wire, |_, _| true)
}

/// A read by `user`, in a request of its own.
pub(super) fn read_by(user: &str, left: Duration) -> Box<Outgoing> {
    let mut read = outgoing(left);
    read.owner = Owner::caller(Arc::new(Identity::for_test(user, &[], &[], None)));
    read.read_only = true;
    read
}

/// The reply of a service that is well.
#[expect(clippy::unnecessary_wraps, reason = "what a step answers with, as `failed` is")]
pub(super) fn answered() -> Outcome {
    Ok(Reply::new(Bytes::from_static(b"{}"), true))
}

pub(super) fn failed(reason: Reason) -> Outcome {
    Err(CallError::new(reason, "as the test says"))
}

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

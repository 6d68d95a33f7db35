//! Kept answers as a call meets them: look-up, deadline, coalescing and store as they stand in the stack, over a service that
//! answers what a test says.
//!
//! Time is paused, so that an outage of minutes takes none.

mod freshness;
mod identity;
mod invalidation;
mod kitchen;
mod memory;
mod negative;
mod outage;
mod revalidation;
mod says;
mod stale_if_error;
mod stale_while_revalidate;
mod unkept;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};
use tokio::time::{Instant, sleep};
use tower::ServiceBuilder;

use self::{
    kitchen::Kitchen,
    says::{Says, fails, reply, unchanged},
};
use super::{
    Head, Keeping, Kept, Lookup, LookupLayer, Store, StoreLayer,
    keeping::{Reads, Writes},
};
use crate::{
    auth::Identity,
    call::{
        Cacheable, CallError, Invalidates, Keep, Outcome, Outgoing, Owner, Reason, Reply, ServiceCounters,
        Wire,
        cache::Parts,
        coalesce::{Coalesce, CoalesceLayer},
        deadline::{Deadline, DeadlineLayer},
        testing::{ms, outgoing, read_by},
    },
    config::CacheConfig,
    step::Step,
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq)]
enum Got {
    /// The service's answer, which may have been kept.
    Reply(String),
    /// What it said before, why, and how long ago.
    Stale(String, Reason, Duration),
    Failed(Reason),
}

impl Got {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Ok(Reply { body, stale, .. }) => {
                let body = String::from_utf8(body.to_vec()).unwrap();
                match stale {
                    Some(stale) => Self::Stale(body, stale.error.reason(), stale.age),
                    None => Self::Reply(body),
                }
            }
            Err(error) => Self::Failed(error.reason()),
        }
    }
}

fn got(body: &str) -> Got {
    Got::Reply(body.to_owned())
}

fn stale(body: &str, reason: Reason, age: Duration) -> Got {
    Got::Stale(body.to_owned(), reason, age)
}

/// A call under construction, of which everything can be said that a client method can say.
#[derive(Clone)]
struct Ask(Box<Outgoing>);

/// A read or a write, as the test makes it.
enum Any {}

impl Reads for Any {}
impl Writes for Any {}

impl Parts for Ask {
    type Safety = Any;

    fn keeping(&mut self) -> &mut Keeping {
        &mut self.0.keeping
    }

    fn owner(&mut self) -> &mut Owner {
        &mut self.0.owner
    }
}

impl Cacheable for Ask {}
impl Invalidates for Ask {}

/// A read by this user, in a request of its own.
fn read(user: &str) -> Ask {
    Ask(read_by(user, secs(10)))
}

/// A write by this user that may be sent once only.
fn write(user: &str) -> Ask {
    let mut write = Ask(outgoing(secs(10)));
    write.0.owner = caller(user, &[]);
    write.0.idempotent = false;
    write.0.wire = Wire::Http { method: Method::POST, path_and_query: "/".to_owned(), body: None };
    write
}

fn caller(user: &str, roles: &[&str]) -> Owner {
    caller_in(user, roles, None)
}

fn caller_in(user: &str, roles: &[&str], account: Option<&str>) -> Owner {
    Owner::caller(Arc::new(Identity::for_test(user, roles, &[], account)))
}

impl Ask {
    /// The same, asked now in another request.
    fn anew(mut self) -> Self {
        let now = read("anybody");
        (self.0.context, self.0.now, self.0.deadline) = (now.0.context, now.0.now, now.0.deadline);
        self
    }

    fn path(mut self, path: &str) -> Self {
        self.0.wire = Wire::Http { method: Method::GET, path_and_query: path.to_owned(), body: None };
        self
    }

    /// For a reply that the client reads as it says.
    fn accepting(mut self, accepts: fn(&Reply, usize) -> bool) -> Self {
        self.0.accepts = accepts;
        self
    }

    /// As the configuration says of its operation.
    fn policy(mut self, change: impl FnOnce(&mut crate::call::CallPolicy)) -> Self {
        change(&mut self.0.policy);
        self
    }
}

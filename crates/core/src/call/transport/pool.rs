//! Keep-alive connections to one HTTP service, on one worker: a stack, so that the warmest one goes first.
//!
//! Connecting, TLS and HTTP/1.1 are hyper's; what is ours is which connection an attempt gets. A reply is read to its end
//! before its connection comes back, so a connection here has nothing left of another call. hyper-util's pool does more
//! (it races a new connection against the next free one, shares HTTP/2) and costs 2 us more an attempt.

use std::{
    collections::VecDeque,
    error::Error as _,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use tokio::time::Instant;
use tower::Service as _;

use super::addresses::Connector;
use crate::call::{CallError, Reason, causes};

/// An idle connection is used again within this time: below the 60 s after which most servers close theirs.
const IDLE: Duration = Duration::from_secs(30);

/// The most of a reply that is read in one go, and the longest head. hyper reads a hundred times before it lets others on,
/// so a service that sends `103 Early Hints` without end would hold the worker past every deadline with hyper's own 400 KiB.
const READ_AT_ONCE: usize = 32 << 10;

pub(super) struct Pool {
    connector: Connector,
    /// Scheme and authority, and nothing more.
    origin: Uri,
    idle: Mutex<VecDeque<Idle>>,
    max_idle: usize,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

/// One connection. It comes back with [`Pool::give_back`], or closes when it is dropped.
pub(super) struct Connection(SendRequest<Full<Bytes>>);

impl Pool {
    pub(super) fn new(connector: Connector, origin: Uri, max_idle: usize) -> Self {
        Self { connector, origin, idle: Mutex::default(), max_idle }
    }

    /// Sends the request on a warm connection, or on a new one. A kept connection that the service closes at this very
    /// moment has taken nothing, so the next one is tried.
    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Connection), CallError> {
        while let Some(mut connection) = self.take() {
            if connection.0.ready().await.is_err() {
                continue;
            }
            match connection.0.try_send_request(request).await {
                Ok(response) => return Ok((response, connection)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None if is_broken(error.error()) => return Err(unavailable(error.error()).unanswered()),
                    None => return Err(unavailable(error.error())),
                },
            }
        }
        // Boxed, as everything rare on this way is: a call's future is as large as its largest branch, and is moved.
        let mut connection = Box::pin(self.connect()).await?;
        let response = connection.0.send_request(request).await.map_err(|error| unavailable(&error))?;
        Ok((response, connection))
    }

    /// Keeps a connection whose reply has been read to its end.
    pub(super) fn give_back(&self, connection: Connection) {
        if connection.0.is_closed() {
            return;
        }
        let now = Instant::now();
        let mut idle = self.lock();
        // The coldest is at the front. What is stale goes, and so does what is too much.
        while idle.front().is_some_and(|coldest| coldest.is_stale(now)) || idle.len() >= self.max_idle {
            if idle.pop_front().is_none() {
                return;
            }
        }
        idle.push_back(Idle { connection, since: now });
    }

    fn take(&self) -> Option<Connection> {
        let warmest = self.lock().pop_back()?;
        if warmest.is_stale(Instant::now()) {
            self.lock().clear();
            return None;
        }
        Some(warmest.connection)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<Connection, CallError> {
        let mut connector = self.connector.clone();
        let io = connector.call(self.origin.clone()).await.map_err(|error| unavailable(error.as_ref()))?;
        let mut http1 = http1::Builder::new();
        http1.writev(false).max_buf_size(READ_AT_ONCE);
        let (sender, connection) = http1.handshake(io).await.map_err(|error| unavailable(&error))?;
        #[expect(
            clippy::disallowed_methods,
            reason = "a connection outlives the call that opened it; it ends with its sender"
        )]
        tokio::spawn(async move {
            // Its end is seen by whoever sends on it next.
            let _ = connection.await;
        });
        Ok(Connection(sender))
    }
}

impl Idle {
    fn is_stale(&self, now: Instant) -> bool {
        now.duration_since(self.since) > IDLE
    }
}

/// Whether the connection ended, and not the service's patience or its grammar.
fn is_broken(error: &hyper::Error) -> bool {
    let by_the_system = || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    error.is_incomplete_message() || error.is_closed() || error.is_canceled() || by_the_system()
}

pub(super) fn unavailable(error: &dyn std::error::Error) -> CallError {
    CallError::new(Reason::Unavailable, causes(error))
}

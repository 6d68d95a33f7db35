//! The load: an open loop of one or several streams of requests, each at a fixed rate.
//!
//! Requests leave at fixed instants, whether earlier ones have been answered or not, on as many connections as it takes. Latency
//! counts from the instant at which a request should have left. Requests are bytes that were made before, and of replies only the
//! status is read: the load shares a machine with what it measures.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::connection::Connection;
use crate::schedule::{Due, Schedule};
use crate::seen::Seen;

/// A further request would not leave: a BFF that answers nobody must not take the machine with it.
const MOST_OPEN: usize = 8000;

/// Requests that leave at a rate.
pub(crate) struct Stream {
    /// A second.
    pub(crate) rate: u32,
    /// Taken in turn.
    pub(crate) asks: Vec<Ask>,
}

/// A request, ready to be written.
#[derive(Clone)]
pub(crate) struct Ask {
    /// The number of the process that is asked.
    pub(crate) process: usize,
    pub(crate) request: Arc<[u8]>,
}

/// A load that runs until its window is over or this is dropped.
pub(crate) struct Load {
    shared: Arc<Shared>,
    exchanges: JoinHandle<JoinSet<()>>,
}

struct Shared {
    processes: Vec<Process>,
    streams: Vec<Stream>,
    seen: Mutex<Vec<Seen>>,
    stopped: AtomicBool,
}

struct Process {
    address: SocketAddr,
    /// What was used last is used next.
    idle: Mutex<Vec<Connection>>,
}

impl Load {
    /// Begins at once, with processes at these addresses.
    pub(crate) fn start(addresses: &[SocketAddr], streams: Vec<Stream>, window: Duration) -> Self {
        let process = |address: &SocketAddr| Process { address: *address, idle: Mutex::default() };
        let schedule = Schedule::of(streams.iter().map(|stream| stream.rate), window);
        let shared = Arc::new(Shared {
            processes: addresses.iter().map(process).collect(),
            streams,
            seen: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let (tickets, mut due) = mpsc::unbounded_channel();
        // A thread, since tokio's timers tick in milliseconds.
        let pacer = Arc::clone(&shared);
        thread::spawn(move || {
            let start = Instant::now();
            for due in schedule {
                let intended = start + due.after;
                thread::sleep(intended.saturating_duration_since(Instant::now()));
                if pacer.stopped.load(Ordering::Relaxed) || tickets.send((due, intended)).is_err() {
                    return;
                }
            }
        });
        let dispatcher = Arc::clone(&shared);
        let exchanges = tokio::spawn(async move {
            let mut exchanges = JoinSet::new();
            while let Some((due, intended)) = due.recv().await {
                let (place, ask) = dispatcher.note(due, intended);
                while exchanges.try_join_next().is_some() {}
                if exchanges.len() < MOST_OPEN {
                    exchanges.spawn(exchange(Arc::clone(&dispatcher), place, ask, intended));
                }
            }
            exchanges
        });
        Self { shared, exchanges }
    }

    /// Waits for the end of the window, and then so long for what is still open. In the order in which it was due.
    pub(crate) async fn finish(mut self, grace: Duration) -> Result<Vec<Seen>> {
        let mut open = (&mut self.exchanges).await?;
        let all = async { while open.join_next().await.is_some() {} };
        // What is open after that stays without an answer.
        drop(timeout(grace, all).await);
        Ok(self.shared.seen().clone())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.exchanges.abort();
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, due: Due, intended: Instant) -> (usize, Ask) {
        let asks = &self.streams[due.stream].asks;
        let ask = asks[due.number as usize % asks.len()].clone();
        let mut seen = self.seen();
        seen.push(Seen { stream: due.stream, intended, left: None, answer: None });
        (seen.len() - 1, ask)
    }
}

impl Process {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks on a connection that is free, and on a new one where there is none or it was closed meanwhile.
    async fn ask(&self, request: &[u8], left: &mut Option<Instant>) -> Result<u16> {
        let kept = self.idle().pop();
        if let Some(mut connection) = kept
            && let Ok(status) = connection.ask(request, left).await
        {
            self.idle().push(connection);
            return Ok(status);
        }
        let mut connection = Connection::open(self.address).await?;
        let status = connection.ask(request, left).await?;
        self.idle().push(connection);
        Ok(status)
    }
}

async fn exchange(shared: Arc<Shared>, place: usize, ask: Ask, intended: Instant) {
    let mut left = None;
    let answered = shared.processes[ask.process].ask(&ask.request, &mut left).await;
    let latency = intended.elapsed();
    let mut seen = shared.seen();
    seen[place].left = left.map(|left| left.saturating_duration_since(intended));
    // What broke was never answered.
    seen[place].answer = answered.ok().map(|status| (latency, status));
}

#[cfg(test)]
mod tests;

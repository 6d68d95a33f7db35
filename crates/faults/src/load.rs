//! The load: an open loop at a fixed rate on as many connections as it takes, each of another caller.
//!
//! Requests leave at fixed instants, whether earlier ones have been answered or not. Latency counts from the instant at
//! which a request should have left, so a stall shows in every request that it held up.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use bff_bench::reply::Incoming;
use bff_faults::callers::{Caller, Callers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::lab::Lab;
use crate::replies::{Outcome, Request};

/// A caller's keep-alive connection with one request in flight at a time.
pub(crate) struct Connection {
    caller: Caller,
    stream: TcpStream,
    incoming: Incoming,
}

impl Connection {
    pub(crate) async fn open(caller: Caller) -> Result<Self> {
        let stream = TcpStream::connect(caller.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { caller, stream, incoming: Incoming::new() })
    }

    pub(crate) async fn ask(&mut self, path: &str) -> Result<Outcome> {
        self.stream.write_all(&self.caller.request(path, "")).await?;
        let outcome = loop {
            let read = self.stream.read(self.incoming.space()).await?;
            if let Some(reply) = self.incoming.advance(read)? {
                break Outcome::of(&reply);
            }
        };
        self.incoming.clear();
        Ok(outcome)
    }
}

/// A load that runs until its window is over or it is stopped.
pub(crate) struct Load {
    shared: Arc<Shared>,
    exchanges: JoinHandle<JoinSet<()>>,
}

struct Shared {
    callers: Arc<Callers>,
    /// Taken in turn.
    paths: Vec<&'static str>,
    /// Who has waited longest asks next.
    idle: Mutex<VecDeque<Connection>>,
    sent: Mutex<Vec<Request>>,
    stopped: AtomicBool,
}

impl Load {
    /// Asks for these paths in turn, `rate` times a second.
    pub(crate) fn start(lab: &Lab, paths: &[&'static str], rate: u32, window: Duration) -> Self {
        Self::of(Vec::new(), lab, paths, rate, window)
    }

    /// The same with these connections to begin with.
    pub(crate) fn of(
        connections: Vec<Connection>,
        lab: &Lab,
        paths: &[&'static str],
        rate: u32,
        window: Duration,
    ) -> Self {
        let shared = Arc::new(Shared {
            callers: Arc::clone(&lab.callers),
            paths: paths.to_vec(),
            idle: Mutex::new(connections.into()),
            sent: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let interval = Duration::from_secs(1) / rate;
        let (tickets, mut due) = mpsc::unbounded_channel();
        // A thread, since tokio's timers tick in milliseconds.
        let pacer = Arc::clone(&shared);
        thread::spawn(move || {
            let start = Instant::now() + interval;
            for intended in (0..).map(|ticket| start + interval * ticket) {
                thread::sleep(intended.saturating_duration_since(Instant::now()));
                let is_over = intended >= start + window || pacer.stopped.load(Ordering::Relaxed);
                if is_over || tickets.send(intended).is_err() {
                    return;
                }
            }
        });
        let dispatcher = Arc::clone(&shared);
        let exchanges = tokio::spawn(async move {
            let mut exchanges = JoinSet::new();
            while let Some(intended) = due.recv().await {
                let place = dispatcher.note(intended);
                exchanges.spawn(exchange(Arc::clone(&dispatcher), place));
                while exchanges.try_join_next().is_some() {}
            }
            exchanges
        });
        Self { shared, exchanges }
    }

    /// What was sent so far, in the order of the instants at which it should have left.
    pub(crate) fn so_far(&self) -> Vec<Request> {
        self.shared.sent().clone()
    }

    pub(crate) fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }

    /// Waits for the end of the window, and then so long for what is still open.
    pub(crate) async fn finish(self, grace: Duration) -> Result<Vec<Request>> {
        let mut open = self.exchanges.await?;
        let all = async { while open.join_next().await.is_some() {} };
        // What is open after that stays without an outcome.
        drop(timeout(grace, all).await);
        Ok(self.shared.sent().clone())
    }
}

impl Shared {
    fn sent(&self) -> MutexGuard<'_, Vec<Request>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, intended: Instant) -> usize {
        let mut sent = self.sent();
        let path = sent.len() % self.paths.len();
        sent.push(Request { path, intended, answer: None });
        sent.len() - 1
    }
}

async fn exchange(shared: Arc<Shared>, place: usize) {
    let idle = shared.idle().pop_front();
    let path = shared.paths[place % shared.paths.len()];
    let asked = async {
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(shared.callers.next()?).await?,
        };
        let outcome = connection.ask(path).await?;
        anyhow::Ok((connection, outcome))
    };
    let outcome = match asked.await {
        Ok((connection, outcome)) => {
            shared.idle().push_back(connection);
            outcome
        }
        Err(error) => Outcome::Broken(format!("{error:#}").into()),
    };
    let mut sent = shared.sent();
    let request = &mut sent[place];
    request.answer = Some((request.intended.elapsed(), outcome));
}

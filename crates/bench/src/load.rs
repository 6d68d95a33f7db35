//! The load on tokio: a closed loop at saturation, and connections that do nothing. See `pace` for a fixed rate.
//!
//! Each connection carries the token of a caller of its own, so that a gateway can neither share one call between
//! concurrent requests nor charge one caller for all of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bff_bench::meter::Meter;
use bff_bench::reply::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::check::{Answer, Check};
use crate::sample::Sample;

/// A reply that takes longer than this ends the run.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Connections that are opened at the same time: below the backlog of a listener.
const OPENING: usize = 64;

/// Where the load goes.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    /// One a caller.
    pub(crate) tokens: Vec<String>,
    pub(crate) answer: Answer,
    pub(crate) meter: Meter,
}

impl Target {
    /// What a connection sends, ready to be written.
    pub(crate) fn request(&self, connection: usize) -> Vec<u8> {
        self.request_of(self.path, connection)
    }

    /// The same for another path.
    pub(crate) fn request_of(&self, path: &str, connection: usize) -> Vec<u8> {
        let (host, token) = (self.address, &self.tokens[connection % self.tokens.len()]);
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n").into()
    }
}

/// A keep-alive connection with one request in flight at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    pub(crate) request: Vec<u8>,
    incoming: Incoming,
    check: Check,
}

impl Connection {
    pub(crate) async fn open(target: &Target, number: usize) -> Result<Self> {
        let stream = TcpStream::connect(target.address).await.context("connecting to the gateway")?;
        stream.set_nodelay(true)?;
        let (request, check) = (target.request(number), Check::new(target.answer));
        Ok(Self { stream, request, incoming: Incoming::new(), check })
    }

    pub(crate) async fn exchange(&mut self) -> Result<()> {
        self.stream.write_all(&self.request).await?;
        loop {
            let read = self.stream.read(self.incoming.space()).await?;
            if let Some(reply) = self.incoming.advance(read)? {
                self.check.verify(&reply)?;
                break;
            }
        }
        self.incoming.clear();
        Ok(())
    }
}

/// Every connection sends its next request as soon as it has its reply. Measures `window` after `warm_up`.
pub(crate) async fn saturate(
    target: &Arc<Target>,
    connections: usize,
    warm_up: Duration,
    window: Duration,
) -> Result<Sample> {
    let (measuring, stopped) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let mut clients = JoinSet::new();
    for number in 0..connections {
        let (target, measuring, stopped) = (Arc::clone(target), Arc::clone(&measuring), Arc::clone(&stopped));
        clients.spawn(async move {
            let mut connection = Connection::open(&target, number).await?;
            let mut latencies = Vec::new();
            let mut replies = 0;
            while !stopped.load(Ordering::Relaxed) {
                let sent = Instant::now();
                connection.exchange().await?;
                replies += 1;
                if measuring.load(Ordering::Relaxed) {
                    latencies.push(sent.elapsed());
                }
            }
            anyhow::Ok((latencies, replies))
        });
    }
    sleep(warm_up).await;
    let window = {
        let begin = target.meter.begin()?;
        measuring.store(true, Ordering::Relaxed);
        sleep(window).await;
        measuring.store(false, Ordering::Relaxed);
        begin.end()?
    };
    stopped.store(true, Ordering::Relaxed);
    let joined = timeout(PATIENCE, clients.join_all()).await.context("a reply never came")?;
    Sample::collect(window, joined)
}

/// Opens connections until there are `count`; each has had one reply and now waits.
pub(crate) async fn idle(target: &Arc<Target>, open: &mut Vec<TcpStream>, count: usize) -> Result<()> {
    while open.len() < count {
        let mut opening = JoinSet::new();
        for number in open.len()..count.min(open.len() + OPENING) {
            let target = Arc::clone(target);
            opening.spawn(async move {
                let mut connection = Connection::open(&target, number).await?;
                connection.exchange().await?;
                anyhow::Ok(connection.stream) // without its buffer: there are thousands
            });
        }
        let opened = timeout(PATIENCE, opening.join_all()).await.context("a reply never came")?;
        for stream in opened {
            open.push(stream?);
        }
    }
    Ok(())
}

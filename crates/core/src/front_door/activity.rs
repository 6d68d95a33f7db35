//! What a connection is doing, so that its one timer can tell silence from work.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::Instant};

use super::protocol::Protocol;
use crate::config::ServerConfig;

/// What a connection is doing, in microseconds since it opened; 0 stands for "not".
pub(super) struct Activity {
    protocol: Protocol,
    opened: Instant,
    in_flight: AtomicUsize,
    head_since: AtomicU64,
    idle_since: AtomicU64,
}

pub(super) enum Verdict {
    /// A head that does not end.
    Cut,
    /// Nothing asked for too long.
    Close,
    LookAgain(Instant),
}

impl Activity {
    pub(super) fn new(protocol: Protocol) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            protocol,
            opened: Instant::now(),
            in_flight: AtomicUsize::new(0),
            head_since: zero(),
            idle_since: zero(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    /// Bytes came while no request was in flight: a head begins. HTTP/2 also sends frames that are no request, so
    /// there only idleness counts.
    fn read(&self) {
        let head_begins = self.protocol == Protocol::Http1
            && self.in_flight.load(Relaxed) == 0
            && self.head_since.load(Relaxed) == 0;
        if head_begins {
            self.head_since.store(self.now(), Relaxed);
        }
    }

    /// Bytes went out: a client that reads slowly is not idle, one that doesn't read is.
    fn wrote(&self) {
        self.idle_since.store(self.now(), Relaxed);
    }

    pub(super) fn verdict(&self, config: &ServerConfig) -> Verdict {
        let soon = Instant::now() + config.header_timeout.min(config.idle_timeout);
        if self.in_flight.load(Relaxed) > 0 {
            return Verdict::LookAgain(soon);
        }
        let head_since = self.head_since.load(Relaxed);
        if head_since > 0 {
            let ends = self.opened + Duration::from_micros(head_since) + config.header_timeout;
            return if ends <= Instant::now() { Verdict::Cut } else { Verdict::LookAgain(ends) };
        }
        let ends = self.opened + Duration::from_micros(self.idle_since.load(Relaxed)) + config.idle_timeout;
        if ends <= Instant::now() { Verdict::Close } else { Verdict::LookAgain(soon.min(ends)) }
    }
}

/// One request in flight on a connection.
pub(super) struct Busy(Arc<Activity>);

impl Busy {
    pub(super) fn begin(activity: &Arc<Activity>) -> Self {
        activity.in_flight.fetch_add(1, Relaxed);
        activity.head_since.store(0, Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.idle_since.store(self.0.now(), Relaxed);
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

/// A socket that notes when bytes arrive.
pub(super) struct Watched {
    io: TokioIo<TcpStream>,
    activity: Arc<Activity>,
}

impl Watched {
    pub(super) fn new(io: TokioIo<TcpStream>, activity: &Arc<Activity>) -> Self {
        Self { io, activity: Arc::clone(activity) }
    }

    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.activity.wrote();
        }
        written
    }
}

impl rt::Read for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if read.is_ready() {
            self.activity.read();
        }
        read
    }
}

impl rt::Write for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bytes);
        self.note(written)
    }
}

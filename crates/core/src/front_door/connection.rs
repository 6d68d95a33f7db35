//! One connection, from its first byte to its last, with a deadline for each silence.
//!
//! `axum::serve` has no header timeout and hyper-util's protocol detection waits for ever, so both are ours: the first
//! byte, the head, and idleness each end. One timer a connection serves them all; it is armed again only when it fires,
//! so a request costs two clock reads and no timer.

use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::Router;
use hyper::{
    body::Incoming,
    rt,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::watch, time::Instant};
use tower::Service as _;

use super::{Peer, server::Phase};
use crate::config::ServerConfig;

/// How every HTTP/2 connection begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What hyper may buffer of a head. Our own limits are lower and answer with a problem.
const MAX_HEAD: usize = 64 << 10;

/// What a connection that has said nothing yet gets when the drain begins: time for a request that is on its way.
const LAST_WORD: Duration = Duration::from_millis(100);

/// Serves one connection until it is done, silent for too long, or drained.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    config: Arc<ServerConfig>,
    mut phase: watch::Receiver<Phase>,
) {
    let _ = stream.set_nodelay(true);
    let protocol = tokio::select! {
        protocol = first_bytes(&stream, config.first_byte_timeout) => protocol,
        () = silent_in_drain(&mut phase) => None,
    };
    let Some(protocol) = protocol else { return };
    let activity = Arc::new(Activity::new(protocol));
    let io = TokioIo::new(stream);
    let io = Watched { io, activity: Arc::clone(&activity) };
    let requests = Arc::clone(&activity);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let busy = Busy::begin(&requests);
        request.extensions_mut().insert(Peer(peer));
        let answer = router.clone().call(request);
        async move {
            let _busy = busy;
            answer.await
        }
    });
    match protocol {
        Protocol::Http1 => {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(None)
                .max_buf_size(MAX_HEAD)
                .serve_connection(io, service);
            drive(pin!(connection), &activity, &config, &mut phase).await;
        }
        Protocol::Http2 => {
            let connection = http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_concurrent_streams(config.http2_max_streams)
                .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
                .keep_alive_interval(Some(config.idle_timeout / 2))
                .keep_alive_timeout(config.header_timeout)
                .serve_connection(io, service);
            drive(pin!(connection), &activity, &config, &mut phase).await;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// Waits for the first bytes and tells the protocol from them; `None` if they don't come in time.
async fn first_bytes(stream: &TcpStream, timeout: Duration) -> Option<Protocol> {
    let detect = async {
        let mut bytes = [0; PREFACE.len()];
        loop {
            let length = stream.peek(&mut bytes).await.ok().filter(|length| *length > 0)?;
            if !PREFACE.starts_with(&bytes[..length]) {
                return Some(Protocol::Http1);
            }
            if length == PREFACE.len() {
                return Some(Protocol::Http2);
            }
            // Part of a preface: peeking does not consume, so readiness would not change. Rare, and bounded above.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    #[expect(clippy::disallowed_methods, reason = "this module owns the deadlines of connections")]
    tokio::time::timeout(timeout, detect).await.ok().flatten()
}

/// Ends a moment after the drain began: nobody waits a whole first-byte timeout for a browser's spare connection.
async fn silent_in_drain(phase: &mut watch::Receiver<Phase>) {
    let _ = phase.wait_for(|phase| *phase == Phase::Draining).await;
    tokio::time::sleep(LAST_WORD).await;
}

/// The two connection types of hyper, which share no trait of their own.
trait Connection: Future<Output = hyper::Result<()>> {
    fn graceful_shutdown(self: Pin<&mut Self>);
}

macro_rules! connection {
    ($([$($extra:ident)?] $type:ty;)+) => {
        $(impl<$($extra,)? F, S> Connection for $type
        where
            S: hyper::service::Service<hyper::Request<Incoming>, Response = axum::response::Response, Future = F>,
            S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
            F: Future<Output = Result<axum::response::Response, S::Error>> + Send + 'static,
        {
            fn graceful_shutdown(self: Pin<&mut Self>) {
                <$type>::graceful_shutdown(self);
            }
        })+
    };
}

connection! {
    [] http1::Connection<Watched, S>;
    [] http2::Connection<Watched, S, TokioExecutor>;
}

async fn drive(
    mut connection: Pin<&mut impl Connection>,
    activity: &Activity,
    config: &ServerConfig,
    phase: &mut watch::Receiver<Phase>,
) {
    let mut alarm = pin!(tokio::time::sleep(config.header_timeout.min(config.idle_timeout)));
    let mut draining = false;
    loop {
        tokio::select! {
            // An error here is the client's: it went away, or spoke no HTTP. Its request, if any, has its own line.
            _ = connection.as_mut() => return,
            () = alarm.as_mut() => match activity.verdict(config) {
                Verdict::Cut => return,
                Verdict::Close => {
                    connection.as_mut().graceful_shutdown();
                    alarm.as_mut().reset(Instant::now() + config.header_timeout);
                }
                Verdict::LookAgain(at) => alarm.as_mut().reset(at),
            },
            _ = phase.wait_for(|phase| *phase == Phase::Draining), if !draining => {
                draining = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// What a connection is doing, in microseconds since it opened; 0 stands for "not".
struct Activity {
    protocol: Protocol,
    opened: Instant,
    in_flight: AtomicUsize,
    head_since: AtomicU64,
    idle_since: AtomicU64,
}

enum Verdict {
    /// A head that does not end.
    Cut,
    /// Nothing asked for too long.
    Close,
    LookAgain(Instant),
}

impl Activity {
    fn new(protocol: Protocol) -> Self {
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

    fn verdict(&self, config: &ServerConfig) -> Verdict {
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
struct Busy(Arc<Activity>);

impl Busy {
    fn begin(activity: &Arc<Activity>) -> Self {
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
struct Watched {
    io: TokioIo<TcpStream>,
    activity: Arc<Activity>,
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
        Pin::new(&mut self.io).poll_write(cx, bytes)
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
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }
}

//! One connection, from its first byte to its last, with a deadline for each silence.
//!
//! `axum::serve` has no header timeout and hyper-util's protocol detection waits for ever, so both are ours: the first
//! byte, the head, and idleness each end. One timer a connection serves them all; it is armed again only when it fires,
//! so a request costs three clock reads and no timer.

use std::{
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::watch, time::Instant};
use tower::Service as _;

use super::{
    activity::{Activity, Busy, Verdict, Watched},
    phase::Phase,
    protocol::{Protocol, greet},
    proxy_protocol::ProxyProtocol,
};
use crate::config::ServerConfig;

/// What hyper may buffer of a head. Our own limits are lower and answer with a problem.
const MAX_HEAD: usize = 64 << 10;

/// What a connection that has said nothing yet gets when the drain begins: time for a request that is on its way.
const LAST_WORD: Duration = Duration::from_millis(100);

/// Serves one connection until it is done, silent for too long, or drained.
pub(super) async fn serve(
    mut stream: TcpStream,
    from: SocketAddr,
    header: Option<Arc<ProxyProtocol>>,
    router: Router,
    config: Arc<ServerConfig>,
    mut phase: watch::Receiver<Phase>,
) {
    let _ = stream.set_nodelay(true);
    let greeting = tokio::select! {
        greeting = greet(&mut stream, from, header.as_deref(), config.first_byte_timeout) => greeting,
        () = silent_in_drain(&mut phase) => None,
    };
    let Some((peer, protocol)) = greeting else { return };
    let activity = Arc::new(Activity::new(protocol));
    let io = Watched::new(TokioIo::new(stream), &activity);
    let requests = Arc::clone(&activity);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let busy = Busy::begin(&requests);
        request.extensions_mut().insert(peer);
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
                // A screen is a few KB: copying it behind its head costs less than a vectored write.
                .writev(false)
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
    let (mut draining, mut closing) = (false, false);
    loop {
        tokio::select! {
            // An error here is the client's: it went away, or spoke no HTTP. Its request, if any, has its own line.
            _ = connection.as_mut() => return,
            () = alarm.as_mut() => match activity.verdict(config) {
                Verdict::Cut => return,
                // It was asked to close and has not: its client does not read what is left to write.
                Verdict::Close if closing => return,
                Verdict::Close => {
                    closing = true;
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

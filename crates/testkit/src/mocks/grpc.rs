//! The services that speak gRPC: a tonic server behind one layer that records the call and applies its mode.
//!
//! Each server has a thread and a runtime of its own, as wiremock's have: dropping that runtime ends every
//! connection and every call that hangs, and a test with paused time doesn't pause the service.

use std::{
    convert::Infallible,
    future, io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    task::{Context, Poll},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use tokio::sync::oneshot;
use tonic::{
    Code, Status,
    body::Body,
    codegen::{BoxFuture, Bytes, Service, http},
    transport::{Server, server::TcpIncoming},
};

use super::{
    Mode, Nonsense, Seen, Shared, health, operation,
    seen::{self, KEPT_BODY},
};
use crate::faults::Fault;

/// A running gRPC service. Dropping it stops it and waits until it has stopped.
pub(super) struct GrpcServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl GrpcServer {
    pub(super) fn start<S>(
        service: &'static str,
        listener: TcpListener,
        inner: S,
        shared: &Arc<Shared>,
    ) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
        S: Clone + Send + 'static,
        S::Future: Send,
    {
        let address = listener.local_addr().expect("a bound listener has an address");
        let mocked = Mocked { inner, service, shared: Arc::clone(shared) };
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let thread = thread::Builder::new()
            .name(format!("mock-{service}"))
            .spawn(move || serve(listener, mocked, stopped).expect("the mocked service keeps running"))
            .expect("a thread for the mocked service");
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for GrpcServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was printed by its own thread, and a panic in a drop would hide the test's.
            let _ = thread.join();
        }
    }
}

fn serve<S>(
    listener: TcpListener,
    mocked: Mocked<S>,
    stopped: oneshot::Receiver<Infallible>,
) -> io::Result<()>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener)?).with_nodelay(Some(true));
        tokio::select! {
            served = Server::builder().serve_with_incoming(mocked, incoming) => served.map_err(io::Error::other),
            _ = stopped => Ok(()),
        }
    })
}

/// Records a call and answers it as the script says.
#[derive(Clone)]
struct Mocked<S> {
    inner: S,
    service: &'static str,
    shared: Arc<Shared>,
}

impl<S> Service<http::Request<Body>> for Mocked<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(())) // the generated servers always are
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let mut mocked = self.clone();
        let arrived = Instant::now();
        Box::pin(async move { mocked.answer(request, arrived).await })
    }
}

impl<S> Mocked<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
{
    async fn answer(
        &mut self,
        request: http::Request<Body>,
        arrived: Instant,
    ) -> Result<http::Response<Body>, Infallible> {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            return Ok(Status::cancelled("the request broke off").into_http());
        };
        if head.uri.path() == health::METHOD {
            let said = self.shared.healths.asked(Seen {
                service: self.service,
                operation: None,
                method: head.method.to_string(),
                target: head.uri.path().to_owned(),
                headers: seen::text_pairs(&head.headers),
                body: body.get(5..).unwrap_or_default().to_vec(),
                mode: Mode::Ok,
                arrived,
                finished: None,
                cancelled: false,
            });
            return Ok(health::reply(said).await);
        }
        let operation = operation::of_rpc(head.uri.path());
        let mode = operation.map(|operation| self.shared.script.take(operation)).unwrap_or_default();
        let is_believed = self.shared.senders.believe(self.service, &head.headers);
        let mode = if is_believed { mode } else { Mode::Fail(401) };
        let message = body.get(5..).unwrap_or_default();
        let id = self.shared.log.arrived(Seen {
            service: self.service,
            operation,
            method: head.method.to_string(),
            target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: seen::text_pairs(&head.headers),
            body: message[..message.len().min(KEPT_BODY)].to_vec(),
            mode,
            arrived,
            finished: None,
            cancelled: false,
        });
        let in_flight = InFlight { shared: Arc::clone(&self.shared), id, answered: false };
        let request = http::Request::from_parts(head, Body::new(Full::new(body)));
        let said = self.shared.said.of(operation);
        let mut answer = match mode {
            Mode::Fault(Fault::RetryAfter { status, after }) => turned_away(status, after).into_http(),
            // The other faults are the gate's, which wants the right answer.
            Mode::Ok | Mode::Fault(_) => self.inner.call(request).await?,
            Mode::Slow(by) => {
                tokio::time::sleep(by).await;
                self.inner.call(request).await?
            }
            Mode::Fail(status) => Status::new(code_of(status), "mocked failure").into_http(),
            Mode::Hang => future::pending().await,
            Mode::Nonsense(kind) => nonsense(kind),
        };
        answer.headers_mut().extend(said.as_ref().clone());
        in_flight.answered();
        Ok(answer)
    }
}

/// Records the end of a call, also if its caller gave up and tonic dropped it.
struct InFlight {
    shared: Arc<Shared>,
    id: u64,
    answered: bool,
}

impl InFlight {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.shared.log.finished(self.id, Instant::now(), !self.answered);
    }
}

fn nonsense(kind: Nonsense) -> http::Response<Body> {
    let parts = kind.grpc();
    let mut trailers = http::HeaderMap::new();
    if parts.trailers {
        trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
    }
    let trailers = (!trailers.is_empty()).then_some(Ok::<_, Infallible>(trailers));
    let body = Full::<Bytes>::new(parts.body).with_trailers(future::ready(trailers));
    let mut answer = http::Response::builder().status(parts.status);
    if !parts.content_type.is_empty() {
        answer = answer.header(http::header::CONTENT_TYPE, parts.content_type);
    }
    if let Some(encoding) = parts.encoding {
        answer = answer.header("grpc-encoding", encoding);
    }
    answer.body(Body::new(body)).expect("status and headers are ours and valid")
}

/// A failure that says when to come again (gRFC A6).
fn turned_away(status: u16, after: Duration) -> Status {
    let mut answer = Status::new(code_of(status), "mocked failure");
    let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
    answer.metadata_mut().insert("grpc-retry-pushback-ms", millis.into());
    answer
}

/// The code that says over gRPC what the status says over HTTP.
fn code_of(status: u16) -> Code {
    match status {
        400 => Code::InvalidArgument,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::NotFound,
        409 => Code::Aborted,
        412 => Code::FailedPrecondition,
        429 => Code::ResourceExhausted,
        499 => Code::Cancelled,
        500 => Code::Internal,
        501 => Code::Unimplemented,
        502 | 503 => Code::Unavailable,
        504 => Code::DeadlineExceeded,
        _ => Code::Unknown,
    }
}

//! The collector on the wire, on a thread of its own, so that its connections end with it.

use std::{
    net::TcpListener,
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
    thread::JoinHandle,
};

pub(super) use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest as Export;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tokio::sync::oneshot;
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

use super::{CollectorMode, State};

pub(super) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(listener: TcpListener, state: Arc<State>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                listener.set_nonblocking(true).expect("a socket can be asked without waiting");
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                let server = tonic::transport::Server::builder()
                    .add_service(TraceServiceServer::new(Service(state)))
                    .serve_with_incoming(TcpIncoming::from(listener));
                tokio::select! {
                    end = server => end.expect("the collector serves"),
                    _ = stopped => {}
                }
            });
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Service(Arc<State>);

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(&self, request: Request<Export>) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let Self(state) = self;
        state.asked.fetch_add(1, Relaxed);
        let mode = *state.mode.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reply = ExportTraceServiceResponse::default();
        match mode {
            CollectorMode::Takes => {}
            CollectorMode::Hangs => std::future::pending().await,
            CollectorMode::Refuses(code) => return Err(Status::new(code, "refused")),
            CollectorMode::RefusesSome(rejected_spans) => {
                let part = ExportTracePartialSuccess { rejected_spans, ..Default::default() };
                reply.partial_success = Some(part);
            }
        }
        let (headers, _, export) = request.into_parts();
        state.keep(headers.into_headers(), &export);
        Ok(Response::new(reply))
    }
}

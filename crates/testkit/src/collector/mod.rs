//! A collector of traces of a test's own: it takes real OTLP over gRPC and keeps what it got.

mod server;
mod span;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http::HeaderMap;
use prost::Message as _;
pub use tonic::Code;

use self::server::Server;
pub use self::span::{CollectedEvent, CollectedSpan};

/// What the collector does with an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectorMode {
    /// Keeps it.
    Takes,
    /// Never answers.
    Hangs,
    /// Answers with this code.
    Refuses(Code),
    /// Keeps it, and says that it refused so many spans.
    RefusesSome(i64),
}

/// A collector that runs until it is dropped.
pub struct Collector {
    address: SocketAddr,
    state: Arc<State>,
    server: Option<Server>,
}

struct State {
    mode: Mutex<CollectorMode>,
    got: Mutex<Got>,
    asked: AtomicUsize,
}

#[derive(Default)]
struct Got {
    spans: Vec<CollectedSpan>,
    bytes: Vec<u8>,
    headers: Vec<HeaderMap>,
}

impl Collector {
    /// One that takes everything, on a free port.
    #[must_use]
    pub fn start() -> Self {
        let state = State {
            mode: Mutex::new(CollectorMode::Takes),
            got: Mutex::default(),
            asked: AtomicUsize::new(0),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let state = Arc::new(state);
        let server = Some(Server::start(listener, Arc::clone(&state)));
        Self { address, state, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What `traces.endpoint` is set to.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it does this.
    pub fn set(&self, mode: CollectorMode) {
        *self.state.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// It goes away: nobody listens, and open connections end.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// It comes back, where it was.
    pub fn start_again(&mut self) {
        let listener = TcpListener::bind(self.address).expect("the port is still free");
        self.server = Some(Server::start(listener, Arc::clone(&self.state)));
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<CollectedSpan> {
        self.state.got().spans.clone()
    }

    /// The spans, once these are among them. They leave up to a second after their request.
    ///
    /// # Panics
    ///
    /// After ten seconds.
    pub async fn spans_when(&self, are_there: impl Fn(&[CollectedSpan]) -> bool) -> Vec<CollectedSpan> {
        let began = Instant::now();
        loop {
            let spans = self.spans();
            if are_there(&spans) {
                return spans;
            }
            let names: Vec<_> = spans.iter().map(|span| span.name.clone()).collect();
            assert!(began.elapsed() < Duration::from_secs(10), "these came only: {names:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// All spans of the request with this id, once its own is there.
    pub async fn trace_of(&self, request_id: &str) -> Vec<CollectedSpan> {
        let is_it = |span: &CollectedSpan| span.text("bff.request_id") == request_id;
        let spans = self.spans_when(|spans| spans.iter().any(is_it)).await;
        let trace = spans.iter().find(|span| is_it(span)).map(|span| span.trace.clone());
        spans.into_iter().filter(|span| Some(&span.trace) == trace.as_ref()).collect()
    }

    /// Everything that it got, as it was on the wire: to search for what must not be in it.
    pub fn bytes(&self) -> Vec<u8> {
        self.state.got().bytes.clone()
    }

    /// The headers of each export.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.state.got().headers.clone()
    }

    /// How many exports were tried, whatever became of them.
    pub fn asked(&self) -> usize {
        self.state.asked.load(Relaxed)
    }
}

impl State {
    fn got(&self) -> MutexGuard<'_, Got> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, headers: HeaderMap, export: &server::Export) {
        let mut got = self.got();
        export.encode(&mut got.bytes).expect("a vector grows");
        got.headers.push(headers);
        for resource in &export.resource_spans {
            let of = span::attributes(resource.resource.as_ref().map_or(&[], |of| &of.attributes));
            let spans = resource.scope_spans.iter().flat_map(|scope| &scope.spans);
            got.spans.extend(spans.map(|span| CollectedSpan::new(span, &of)));
        }
    }
}

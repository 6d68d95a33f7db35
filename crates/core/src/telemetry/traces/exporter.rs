//! Takes batches from the queue to the collector, on a thread of its own: no request waits for it, and what it costs is seen under
//! its name.
//!
//! Two exports are in flight at most, and each is tried four times at most, so memory is bounded by the queue and two batches even
//! if the collector hangs for ever.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tokio::{task::JoinSet, time::sleep};
use tonic::Code;

use super::{
    client::{Client, Dialler, Verdict},
    clock::Clock,
    kept::Kept,
    origin::Origin,
    queue::Queue,
    spans::spans,
};

/// Exports in flight.
const AT_ONCE: usize = 2;

/// Attempts after the first.
const AGAIN: u32 = 3;

/// The pause before the second attempt; twice as long for each further one.
const BACKOFF: Duration = Duration::from_millis(250);

/// Time to send what waits when the process ends.
const FLUSH: Duration = Duration::from_secs(2);

/// The thread that exports. Dropping it sends what waits, for two seconds at most.
pub(crate) struct Exporter {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    pub(super) fn start(queue: Arc<Queue>, dialler: Dialler, origin: Origin) -> std::io::Result<Self> {
        let work = Work { queue: Arc::clone(&queue), origin };
        let thread = std::thread::Builder::new().name("traces".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else {
                tracing::error!("spans are not exported: no runtime");
                return;
            };
            runtime.block_on(async { work.run(dialler.open()).await });
            // A look-up that hangs in the system must not hold up the end.
            runtime.shutdown_background();
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.queue.close();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that exports spans had panicked");
        }
    }
}

struct Work {
    queue: Arc<Queue>,
    origin: Origin,
}

impl Work {
    async fn run(self, client: Client) {
        let mut exports = JoinSet::new();
        let too_late = async {
            self.queue.closed().await;
            sleep(FLUSH).await;
        };
        tokio::select! {
            () = self.send_all(&client, &mut exports) => {}
            () = too_late => {}
        }
        // What is still on its way is dropped, and counted as that.
        exports.shutdown().await;
        while let Some(left) = self.queue.take() {
            self.queue.counters.dropped(left.iter().map(Kept::spans).sum());
        }
    }

    /// Until the queue is closed and all of it has been sent.
    async fn send_all(&self, client: &Client, exports: &mut JoinSet<()>) {
        loop {
            let is_open = self.queue.due().await;
            loop {
                while exports.len() >= AT_ONCE {
                    exports.join_next().await;
                }
                let Some(requests) = self.queue.take() else { break };
                exports.spawn(self.batch(&requests).send(client.clone()));
            }
            if !is_open {
                while exports.join_next().await.is_some() {}
                return;
            }
        }
    }

    fn batch(&self, requests: &[Kept]) -> Batch {
        let clock = Clock::now();
        let spans: Vec<_> = requests.iter().flat_map(|request| spans(request, &clock)).collect();
        let queue = Some(Arc::clone(&self.queue));
        Batch { spans: spans.len(), request: self.origin.request(spans), queue }
    }
}

/// Spans on their way. If nothing else becomes of them, they are dropped.
struct Batch {
    spans: usize,
    request: ExportTraceServiceRequest,
    /// None once they are counted.
    queue: Option<Arc<Queue>>,
}

impl Batch {
    async fn send(mut self, mut client: Client) {
        let mut pause = BACKOFF;
        for attempt in 0..=AGAIN {
            match client.export(self.request.clone()).await {
                Verdict::Taken { refused } => return self.taken(refused.min(self.spans)),
                Verdict::Later(_) if attempt < AGAIN => {}
                Verdict::Later(code) | Verdict::Refused(code) => return self.failed(code),
            }
            sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
            pause *= 2;
        }
    }

    fn taken(&mut self, refused: usize) {
        if let Some(queue) = self.queue.take() {
            queue.counters.exported(self.spans - refused);
            queue.counters.failed(refused);
            queue.tell((refused > 0).then_some(Code::InvalidArgument));
        }
    }

    fn failed(&mut self, code: Code) {
        if let Some(queue) = self.queue.take() {
            queue.counters.failed(self.spans);
            queue.tell(Some(code));
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.counters.dropped(self.spans);
        }
    }
}

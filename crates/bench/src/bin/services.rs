//! The three services: fixed replies over keep-alive HTTP/1.1, hand-written to take little of the machine.
//!
//! Each service has a listener of its own and gives its reply to a GET of any path; below [`KEPT`] it may be kept. The first request of a
//! connection must carry the identity headers and the request id, otherwise it is refused: a gateway that leaves
//! its work out cannot be measured. `GET /answered` says how many replies were given since the start, so that
//! the runner sees whether a gateway made all its calls.
#![expect(clippy::disallowed_methods, reason = "a connection of a service is a task of its own")]

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use bff_bench::{
    replies,
    settings::{KEPT, Settings},
};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

static ANSWERED: AtomicU64 = AtomicU64::new(0);

/// So that no gateway answers from a cache.
const UNKEPT: &str = "no-store";
/// Longer than any run.
const FRESH: &str = "max-age=3600";

/// As much head as a gateway could reasonably send.
const HEAD_LIMIT: usize = 16 * 1024;

fn main() -> Result<()> {
    let settings = Settings::from_env()?;
    // The gateway should be what is short of processors: a service call costs about a sixth of a request.
    let threads = std::thread::available_parallelism()?.get().div_ceil(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_io().build()?;
    runtime.block_on(async {
        let users = TcpListener::bind(settings.users.address).await.context("BENCH_USERS")?;
        let orders = TcpListener::bind(settings.orders.address).await.context("BENCH_ORDERS")?;
        let notifications =
            TcpListener::bind(settings.notifications.address).await.context("BENCH_NOTIFICATIONS")?;
        tokio::try_join!(
            listen(users, replies::PROFILE),
            listen(orders, replies::ORDERS),
            listen(notifications, replies::NOTIFICATIONS),
        )?;
        Ok(())
    })
}

async fn listen(listener: TcpListener, body: &'static str) -> Result<()> {
    let [unkept, kept] =
        [UNKEPT, FRESH].map(|control| -> &'static str { response("200 OK", control, body).leak() });
    let replies: &'static Replies = Box::leak(Box::new(Replies { unkept, kept }));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A connection that ends badly is the gateway's to explain: it got no reply.
        tokio::spawn(async move { drop(serve(stream, replies).await) });
    }
}

async fn serve(mut stream: TcpStream, replies: &'static Replies) -> Result<()> {
    let mut bytes = vec![0; HEAD_LIMIT];
    let mut filled = 0;
    let mut proven = false;
    loop {
        let read = stream.read(&mut bytes[filled..]).await?;
        ensure!(read > 0, "closed, or a head over the limit");
        filled += read;
        while let Some(end) = memmem::find(&bytes[..filled], b"\r\n\r\n") {
            let head = &bytes[..end];
            if head.starts_with(b"GET /answered ") {
                let answered = ANSWERED.load(Ordering::Relaxed).to_string();
                stream.write_all(response("200 OK", UNKEPT, &answered).as_bytes()).await?;
            } else if proven || complete(head) {
                proven = true;
                ANSWERED.fetch_add(1, Ordering::Relaxed);
                stream.write_all(replies.to(head).as_bytes()).await?;
            } else {
                let why = r#""a GET with x-user-id, x-user-roles and x-request-id is expected""#;
                stream.write_all(response("400 Bad Request", UNKEPT, why).as_bytes()).await?;
            }
            bytes.copy_within(end + 4..filled, 0);
            filled -= end + 4;
        }
    }
}

/// The replies of one service.
struct Replies {
    unkept: &'static str,
    kept: &'static str,
}

impl Replies {
    fn to(&self, head: &[u8]) -> &'static str {
        let is_below = head.strip_prefix(b"GET ").is_some_and(|path| path.starts_with(KEPT.as_bytes()));
        if is_below { self.kept } else { self.unkept }
    }
}

/// Whether the gateway did its part: a GET that says for whom and within which request it is made.
fn complete(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    let has = |header: &[u8]| memmem::find(&head, header).is_some();
    head.starts_with(b"get ")
        && has(b"\r\nx-user-id: ")
        && has(b"\r\nx-user-roles: ")
        && has(b"\r\nx-request-id: ")
}

fn response(status: &str, control: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncache-control: {control}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

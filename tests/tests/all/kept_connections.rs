//! A service that closes a kept connection just as the next call is sent on it: nobody's fault, and nobody's failure.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use bff_testkit::TestBff;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::OVERVIEW;

/// A service that answers the first call of a connection, and takes the second one only to reset the connection.
struct Forgetful {
    url: String,
    resets: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Forgetful {
    #[expect(clippy::disallowed_methods, reason = "a server's connections are tasks; they end with it")]
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let resets = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&resets);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                connections.spawn(async move {
                    if serve(stream).await.is_some() {
                        counted.fetch_add(1, SeqCst);
                    }
                });
            }
        });
        Self { url, resets, task }
    }
}

impl Drop for Forgetful {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream) -> Option<()> {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
    read_head(&mut stream).await?;
    stream.write_all(answer).await.ok()?;
    read_head(&mut stream).await?;
    // Closing with nothing said and something unsaid resets.
    stream.set_zero_linger().ok()
}

async fn read_head(stream: &mut TcpStream) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(())
}

#[tokio::test]
async fn it_costs_no_answer_even_without_retries_and_the_breaker_never_opens() {
    let service = Forgetful::start().await;
    let bff = TestBff::with(bff_web::bff())
        .set("services.notifications.url", &service.url)
        .set("services.notifications.retry.attempts", 0)
        .start()
        .await;
    for number in 0..30 {
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]), "request {number}");
    }
    assert!(service.resets.load(SeqCst) >= 10, "calls did go out on connections that were reset");
}

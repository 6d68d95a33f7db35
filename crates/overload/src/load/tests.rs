use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// Answers so many requests on each connection, then closes it without a word. Counts connections.
async fn serve(listener: TcpListener, each: usize, connections: mpsc::UnboundedSender<()>) {
    let mut open: JoinSet<Result<()>> = JoinSet::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        connections.send(()).expect("the test counts");
        open.spawn(async move {
            for _ in 0..each {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    if stream.read_buf(&mut head).await? == 0 {
                        return Ok(());
                    }
                }
                let reply = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(reply).await?;
            }
            Ok(())
        });
    }
}

#[tokio::test]
async fn every_request_is_answered_also_where_connections_are_closed_meanwhile() {
    for each in [usize::MAX, 1] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (connected, mut connections) = mpsc::unbounded_channel();
        let serving = tokio::spawn(serve(listener, each, connected));
        let request = Arc::from(*b"GET / HTTP/1.1\r\n\r\n");
        let stream = Stream { rate: 100, asks: vec![Ask { process: 0, request }] };
        let load = Load::start(&[address], vec![stream], Duration::from_millis(200));
        let seen = load.finish(Duration::from_secs(5)).await.expect("a load");
        assert_eq!(seen.len(), 20);
        let left_first = |seen: &Seen| seen.left <= seen.answer.map(|(latency, _)| latency);
        assert!(seen.iter().all(|seen| seen.is(429) && seen.left.is_some() && left_first(seen)));
        serving.abort();
        drop(serving.await);
        let count = std::iter::from_fn(|| connections.try_recv().ok()).count();
        assert!(if each == 1 { count == 20 } else { count >= 1 }, "{count} connections");
    }
}

//! What tests of a Redis and its users have in common.

use std::{
    cell::RefCell,
    io,
    sync::{Arc, Mutex, Once},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
    time::Instant,
};

/// What this test's thread logs from now on. One subscriber for all threads: one for each would race for what is logged at all.
pub(crate) struct Log;

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Log {
    pub(crate) fn begin() {
        static ALL: Once = Once::new();
        ALL.call_once(|| {
            let lines = tracing_subscriber::fmt().with_writer(|| Self).without_time().with_ansi(false);
            tracing::subscriber::set_global_default(lines.finish()).expect("nobody else sets one");
        });
        LINES.take();
    }

    /// The lines so far.
    pub(crate) fn take() -> String {
        String::from_utf8(LINES.take()).expect("lines are text")
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lets everybody in and answers a ping. What it answers scripts depends on the number of the connection, from 0; it tells
/// when it was asked.
pub(crate) async fn fake_server(
    answer_of: impl Fn(usize) -> Option<&'static str> + Send + 'static,
) -> (String, Arc<Mutex<Vec<Instant>>>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("redis://{}", listener.local_addr().expect("it is bound"));
    let asked = Arc::<Mutex<Vec<Instant>>>::default();
    let (told, mut tasks) = (Arc::clone(&asked), JoinSet::new());
    tasks.spawn(async move {
        let (mut connections, mut number) = (JoinSet::new(), 0);
        while let Ok((mut stream, _)) = listener.accept().await {
            let (told, answer) = (Arc::clone(&told), answer_of(number));
            number += 1;
            connections.spawn(async move {
                let mut bytes = [0; 16 << 10];
                while let Ok(length @ 1..) = stream.read(&mut bytes).await {
                    let text = String::from_utf8_lossy(&bytes[..length]);
                    if text.contains("EVALSHA") {
                        told.lock().expect("no panic").push(Instant::now());
                        let _ = stream.write_all(answer.unwrap_or_default().as_bytes()).await;
                        continue;
                    }
                    let commands = text.lines().filter(|line| line.starts_with('*')).count();
                    let _ = stream.write_all("+OK\r\n".repeat(commands).as_bytes()).await;
                }
            });
        }
    });
    (url, asked, tasks)
}

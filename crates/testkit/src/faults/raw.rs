//! A service that does what an HTTP library refuses to do: raw bytes, silence, and slow trickles.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What a [`RawService`] does with each connection, after it has read a request's head.
#[derive(Debug, Clone)]
pub enum Raw {
    /// Says nothing.
    Silence,
    /// Sends these bytes and then says nothing.
    Stall(Vec<u8>),
    /// Sends these bytes and closes.
    Close(Vec<u8>),
    /// Sends the head, and then a space a pause, for ever.
    Trickle(Duration),
}

/// A service of raw bytes on a free port. Dropping it ends it.
pub struct RawService {
    address: SocketAddr,
    heads: Heads,
    task: JoinHandle<()>,
}

type Heads = Arc<Mutex<Vec<String>>>;

impl RawService {
    /// Starts it.
    #[expect(clippy::disallowed_methods, reason = "a server's connections are tasks; they end with it")]
    pub async fn start(raw: Raw) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (raw, heads) = (Arc::new(raw), Heads::default());
        let seen = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&raw), Arc::clone(&seen)));
            }
        });
        Self { address, heads, task }
    }

    /// Its address as a service's `url`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of the requests that came, byte for byte where they are text.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RawService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whoever goes away has seen enough, so errors end it.
async fn serve(mut stream: TcpStream, raw: Arc<Raw>, heads: Heads) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    match raw.as_ref() {
        Raw::Silence => std::future::pending().await,
        Raw::Stall(bytes) => {
            let _ = stream.write_all(bytes).await;
            std::future::pending::<()>().await;
        }
        Raw::Close(bytes) => _ = stream.write_all(bytes).await,
        Raw::Trickle(pause) => {
            let mut next: &[u8] =
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
            while stream.write_all(next).await.is_ok() {
                tokio::time::sleep(*pause).await;
                next = b" ";
            }
        }
    }
}

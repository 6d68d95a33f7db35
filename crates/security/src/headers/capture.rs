//! A service that reads bytes and no HTTP: nothing of a request is tidied up before it is judged.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use bff_testkit::mocks::{Fixtures, Seen};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What reached a service.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: String,
    /// Names and values of its headers or metadata, as they came.
    pub(crate) headers: Vec<(String, String)>,
    /// All of it, as far as it was seen as bytes.
    pub(crate) text: String,
}

/// The services that speak HTTP, at one address.
pub(crate) struct Capture {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    task: JoinHandle<()>,
}

impl Capture {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, calls) = (listener.local_addr()?, Arc::default());
        let (fixtures, seen) = (Fixtures::shared()?, Arc::clone(&calls));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever goes away has been seen.
                tokio::spawn(serve(stream, Arc::clone(&fixtures), Arc::clone(&seen)));
            }
        });
        Ok(Self { address, calls, task })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came since it was asked last.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, fixtures: Arc<Fixtures>, calls: Arc<Mutex<Vec<Call>>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                // What is no whole request was sent by us as well.
                if !buffer.is_empty() {
                    keep(&calls, Call::of_http(&buffer));
                }
                return None;
            }
        };
        let call = Call::of_http(&buffer[..end]);
        let body = answer(&call, &fixtures).to_string();
        buffer.drain(..end);
        keep(&calls, call);
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all((head + &body).as_bytes()).await.ok()?;
    }
}

fn keep(calls: &Mutex<Vec<Call>>, call: Call) {
    calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
}

impl Call {
    /// The head of a request, whatever it is.
    pub(crate) fn of_http(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head).into_owned();
        let lines = text.trim_end_matches("\r\n").split("\r\n").skip(1);
        let headers = lines.map(|line| match line.split_once(':') {
            Some((name, value)) => (name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()),
            None => (line.to_owned(), String::new()),
        });
        let path = text.split(' ').nth(1).unwrap_or_default();
        let service = match path.split(['/', '?']).nth(1) {
            Some("users" | "public-profiles") => "users",
            Some("notifications" | "unread-count") => "notifications",
            Some("reports") => "reports",
            _ => "unknown",
        };
        Self { service: service.to_owned(), headers: headers.collect(), text: text.clone() }
    }

    /// A call over gRPC.
    pub(crate) fn of_grpc(seen: Seen) -> Self {
        let body = String::from_utf8_lossy(&seen.body);
        let text = format!("{} {:?} {body}", seen.target, seen.headers);
        Self { service: seen.service.to_owned(), headers: seen.headers, text }
    }

    fn path(&self) -> &str {
        self.text.split(' ').nth(1).unwrap_or_default()
    }
}

/// What the service says when it is well.
fn answer(call: &Call, fixtures: &Fixtures) -> Value {
    let path = call.path();
    let last = path.rsplit(['/', '=', '?']).next().unwrap_or_default();
    let of_query = |name: &str| {
        let query = path.split_once('?').map_or("", |(_, query)| query);
        query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    let name = match path.split(['/', '?']).nth(1) {
        Some("users") => format!("users/get.{last}"),
        Some("notifications") => format!("notifications/unread.{}", of_query("user=")),
        Some("unread-count") => format!("notifications/unread-count.{last}"),
        Some("reports") => format!("reports/summary.{}", of_query("account=")),
        _ => return Value::Array(Vec::new()),
    };
    fixtures.json(&name).cloned().unwrap_or_default()
}

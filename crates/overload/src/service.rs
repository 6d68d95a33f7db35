//! The three services: each answers every request with the same long list, after the same time.
//!
//! They share a core with the load, so a reply is one write of bytes that were made once.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bff_faults::ports;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long a service takes.
const TAKES: Duration = Duration::from_millis(10);

/// Some 120 KB of JSON: three such lists are two milliseconds of work for who decodes them.
const ENTRIES: usize = 600;

/// A service that runs until this is dropped.
pub(crate) struct Service {
    address: SocketAddr,
    _listener: JoinSet<()>,
}

impl Service {
    pub(crate) fn start() -> Result<Self> {
        let listener = ports::free_listener()?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, reply()));
        Ok(Self { address, _listener: listening })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn listen(listener: TcpListener, reply: Arc<[u8]>) {
    let mut connections: JoinSet<()> = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let reply = Arc::clone(&reply);
        // However a connection ends, it is the BFF that ended it.
        connections.spawn(async move { drop(serve(stream, &reply).await) });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, reply: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = Vec::with_capacity(1024);
    loop {
        head.clear();
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        sleep(TAKES).await;
        stream.write_all(reply).await?;
    }
}

fn reply() -> Arc<[u8]> {
    let body = list();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncache-control: no-store\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat().into()
}

/// As lists are: many small texts.
fn list() -> String {
    let entry = |number: usize| {
        format!(
            r#"{{"id":"ent-{number:06}","name":"Entry number {number}","price":{number}.25,"tags":["new","in stock","gift"],"attributes":{{"brand":"ours","colour":"blue","material":"wool","origin":"here","size":"M","weight":"120 g"}}}}"#
        )
    };
    format!("[{}]", (0..ENTRIES).map(entry).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_a_list_of_the_length_that_its_head_says() {
        let reply = String::from_utf8(reply().to_vec()).expect("text");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(&format!("content-length: {}", body.len())));
        let list: Vec<serde_json::Value> = serde_json::from_str(body).expect("JSON");
        assert_eq!(list.len(), ENTRIES);
        assert!((100_000..150_000).contains(&body.len()), "{} bytes", body.len());
    }
}

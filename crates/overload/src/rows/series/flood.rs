//! Requests that differ in everything that a client chooses: path, query, method, host, agent, names and values of headers.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use memchr::memmem;

const CONNECTIONS: u32 = 4;
/// Requests in one write, and replies before the next.
const AT_ONCE: usize = 50;
const PATIENCE: Duration = Duration::from_secs(10);

/// Requests by what their client chose, as metrics with such a label would count them.
pub(super) type Counts = HashMap<String, u64>;

/// The numbers of the requests.
pub(super) struct Flood(Range<u32>);

impl Flood {
    pub(super) fn of(numbers: Range<u32>) -> Self {
        Self(numbers)
    }

    pub(super) fn run(&self, address: SocketAddr) -> Result<Counts> {
        thread::scope(|scope| {
            let connections: Vec<_> = (0..CONNECTIONS)
                .map(|connection| scope.spawn(move || self.connection(address, connection)))
                .collect();
            let mut all = Counts::new();
            for connection in connections {
                let counts = connection.join().map_err(|_| anyhow!("a connection panicked"))??;
                add(&mut all, counts);
            }
            Ok(all)
        })
    }

    fn connection(&self, address: SocketAddr, connection: u32) -> Result<Counts> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mine: Vec<_> = self.0.clone().filter(|number| number % CONNECTIONS == connection).collect();
        let (mut counts, mut replies) = (Counts::new(), Replies::default());
        for numbers in mine.chunks(AT_ONCE) {
            let mut requests = String::new();
            for number in numbers {
                let request = Request::of(*number);
                requests.push_str(&request.text());
                *counts.entry(request.path).or_default() += 1;
            }
            stream.write_all(requests.as_bytes())?;
            for _ in numbers {
                replies.next(&mut stream)?;
            }
        }
        Ok(counts)
    }
}

/// Adds these to those.
pub(super) fn add(all: &mut Counts, more: Counts) {
    for (path, count) in more {
        *all.entry(path).or_default() += count;
    }
}

/// What a client chooses.
struct Request {
    method: String,
    path: String,
    host: String,
    header: String,
}

impl Request {
    /// A path that is there with a query that is new, one that is not there, and methods that nobody knows on both.
    fn of(number: u32) -> Self {
        let known = number.is_multiple_of(2);
        let path = if known { format!("/open?page={number}") } else { format!("/nowhere/{number}") };
        let method = if number % 4 < 2 { "GET".to_owned() } else { format!("VERB{number}") };
        Self { method, path, host: format!("host-{number}.example"), header: format!("{number}") }
    }

    fn text(&self) -> String {
        let Self { method, path, host, header } = self;
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: agent/{header}\r\nx-{header}: {header}\r\n\
             referer: https://{host}/{header}\r\n\r\n"
        )
    }
}

/// Replies in the order of their requests.
#[derive(Default)]
struct Replies(Vec<u8>);

impl Replies {
    /// Reads the next one to its end: 200, 404 or 405.
    fn next(&mut self, stream: &mut impl Read) -> Result<()> {
        loop {
            if let Some(end) = self.end()? {
                self.0.drain(..end);
                return Ok(());
            }
            let mut piece = [0; 16 << 10];
            let read = stream.read(&mut piece).context("the replies to a flood")?;
            ensure!(read > 0, "the BFF closed a connection");
            self.0.extend_from_slice(&piece[..read]);
        }
    }

    /// Where the first reply ends, if it is whole.
    fn end(&self) -> Result<Option<usize>> {
        let Some(head) = memmem::find(&self.0, b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&self.0[..head])?.to_ascii_lowercase();
        let status = text.split(' ').nth(1).unwrap_or_default();
        if !["200", "404", "405"].contains(&status) {
            bail!("a reply with another status: {text}");
        }
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let end = head + 4 + length.context("a reply has a length")?.trim().parse::<usize>()?;
        Ok((self.0.len() >= end).then_some(end))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_are_alike() {
        let all: HashSet<_> = (0..1000).map(|number| Request::of(number).path).collect();
        assert_eq!(all.len(), 1000);
        assert!(Request::of(2).text().starts_with("VERB2 /open?page=2 HTTP/1.1\r\nhost: host-2.example\r\n"));
    }

    #[test]
    fn replies_are_read_one_after_the_other() {
        let replies = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        let (mut stream, mut read) = (replies.as_bytes(), Replies::default());
        read.next(&mut stream).expect("the first");
        read.next(&mut stream).expect("the second");
        assert!(read.next(&mut stream).is_err(), "there is no third");
        let mut other: &[u8] = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
        assert!(Replies::default().next(&mut other).is_err());
    }
}

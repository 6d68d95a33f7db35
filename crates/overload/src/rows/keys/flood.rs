//! Requests of many addresses, each once, as fast as they are answered: several at a time on each connection.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use memchr::memmem;

const CONNECTIONS: u32 = 4;
/// Requests in one write, and replies before the next.
const AT_ONCE: usize = 50;
const PATIENCE: Duration = Duration::from_secs(10);
/// As /open answers, and the beginnings of replies: each reply is one of the two.
const LET_IN: &[u8] = b"open to all";
const OVER: &[u8] = b"HTTP/1.1 429";
const REPLY: &[u8] = b"HTTP/1.1 ";
/// What a refusal ends with: it is a JSON object.
const END_OF_PROBLEM: u8 = b'}';

/// The numbers of those that ask.
pub(super) struct Flood(Range<u32>);

impl Flood {
    pub(super) fn of(numbers: Range<u32>) -> Self {
        Self(numbers)
    }

    /// How many of them were over their limit.
    pub(super) fn run(&self, address: SocketAddr) -> Result<u32> {
        thread::scope(|scope| {
            let connections: Vec<_> = (0..CONNECTIONS)
                .map(|connection| scope.spawn(move || self.connection(address, connection)))
                .collect();
            let mut over = 0;
            for connection in connections {
                over += connection.join().map_err(|_| anyhow!("a connection panicked"))??;
            }
            Ok(over)
        })
    }

    fn connection(&self, address: SocketAddr, connection: u32) -> Result<u32> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mine: Vec<_> = self.0.clone().filter(|number| number % CONNECTIONS == connection).collect();
        let (mut requests, mut replies, mut over) = (String::new(), Vec::new(), 0);
        for numbers in mine.chunks(AT_ONCE) {
            requests.clear();
            for number in numbers {
                write_request(&mut requests, address, *number)?;
            }
            stream.write_all(requests.as_bytes())?;
            replies.clear();
            let mut piece = [0; 16 * 1024];
            while !are_whole(&replies, numbers.len())? {
                let read = stream.read(&mut piece).context("the replies to a flood")?;
                ensure!(read > 0, "the BFF closed a connection");
                replies.extend_from_slice(&piece[..read]);
            }
            over += u32::try_from(memmem::find_iter(&replies, OVER).count())?;
        }
        Ok(over)
    }
}

/// As a proxy passes it on from a network of its own.
fn write_request(requests: &mut String, address: SocketAddr, number: u32) -> Result<()> {
    let (high, low) = (number >> 16, number & 0xffff);
    Ok(write!(
        requests,
        "GET /open HTTP/1.1\r\nhost: {address}\r\nx-forwarded-for: 2001:db8:{high:x}:{low:x}::1\r\n\r\n"
    )?)
}

/// Whether all of so many replies have come to their end.
fn are_whole(replies: &[u8], count: usize) -> Result<bool> {
    let (came, over) = (memmem::find_iter(replies, REPLY).count(), memmem::find_iter(replies, OVER).count());
    let let_in = memmem::find_iter(replies, LET_IN).count();
    let is_last_whole = replies.ends_with(LET_IN) || replies.last() == Some(&END_OF_PROBLEM);
    ensure!(
        came <= let_in + over + 1 || !is_last_whole,
        "a reply with neither 200 nor 429: {}",
        String::from_utf8_lossy(replies.get(..400).unwrap_or(replies))
    );
    Ok(came == count && let_in + over == count && is_last_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nopen to all";
    const OUT: &str = "HTTP/1.1 429 Too Many Requests\r\n\r\n{\"code\":\"too_many_requests\"}";

    #[test]
    fn replies_are_whole_when_the_last_one_is() {
        let all = [IN, OUT, IN, OUT].concat();
        for cut in 0..all.len() {
            assert!(!are_whole(&all.as_bytes()[..cut], 4).expect("replies"), "{cut}");
        }
        assert!(are_whole(all.as_bytes(), 4).expect("replies"));
    }

    #[test]
    fn any_other_reply_is_an_error() {
        let other = "HTTP/1.1 503 Service Unavailable\r\n\r\n{}";
        assert!(are_whole([IN, other, other, IN].concat().as_bytes(), 4).is_err());
    }

    #[test]
    fn each_number_is_another_network() {
        let request = |number| {
            let mut text = String::new();
            write_request(&mut text, SocketAddr::from(([127, 0, 0, 1], 80)), number).expect("text");
            text
        };
        assert!(request(0x0001_0002).contains("\r\nx-forwarded-for: 2001:db8:1:2::1\r\n"));
        assert_ne!(request(1), request(1 << 16));
    }
}

//! HTTP/1.1 replies, read by hand.
//!
//! Knows no sockets, so that loads on tokio and on threads share it. Reads what a gateway
//! may send to a keep-alive GET: a body with `content-length` or in chunks. It is no general client.

use std::borrow::Cow;

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;

/// No screen is this large: a gateway that never ends its reply is stopped here.
const REPLY_LIMIT: usize = 1024 * 1024;

/// A reply as it arrives.
pub struct Incoming {
    bytes: Vec<u8>,
    filled: usize,
}

/// A whole reply.
pub struct Reply<'a> {
    /// Its status code.
    pub status: u16,
    /// Its body, out of its chunks.
    pub body: Cow<'a, [u8]>,
}

impl Default for Incoming {
    fn default() -> Self {
        Self::new()
    }
}

impl Incoming {
    /// Nothing has arrived yet.
    pub fn new() -> Self {
        Self { bytes: vec![0; 16 * 1024], filled: 0 }
    }

    /// Where the next read goes.
    pub fn space(&mut self) -> &mut [u8] {
        if self.filled == self.bytes.len() {
            self.bytes.resize(2 * self.filled, 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// Takes note of what was read and gives the reply once it is whole.
    pub fn advance(&mut self, read: usize) -> Result<Option<Reply<'_>>> {
        ensure!(read > 0, "the gateway closed a connection instead of answering");
        self.filled += read;
        ensure!(self.filled <= REPLY_LIMIT, "a reply is longer than {REPLY_LIMIT} bytes");
        parse(&self.bytes[..self.filled])
    }

    /// Forgets the reply that was given, for the next one.
    pub fn clear(&mut self) {
        self.filled = 0;
    }
}

fn parse(bytes: &[u8]) -> Result<Option<Reply<'_>>> {
    let Some(head_end) = memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let head = str::from_utf8(&bytes[..head_end]).context("the head of a reply is no text")?;
    let rest = &bytes[head_end + 4..];
    let status = head.get(9..12).and_then(|code| code.parse().ok()).context("a reply without a status")?;
    for line in head.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            let length: usize = value.trim().parse().context("content-length")?;
            ensure!(rest.len() <= length, "more bytes than the reply announced");
            return Ok((rest.len() == length).then_some(Reply { status, body: Cow::Borrowed(rest) }));
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(unchunk(rest)?.map(|body| Reply { status, body: Cow::Owned(body) }));
        }
    }
    bail!("a reply with neither content-length nor chunks:\n{head}")
}

fn unchunk(mut rest: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let Some(line) = memmem::find(rest, b"\r\n") else { return Ok(None) };
        let size = str::from_utf8(&rest[..line]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.filter(|size| *size <= REPLY_LIMIT).context("a chunk without a usable size")?;
        rest = &rest[line + 2..];
        if rest.len() < size + 2 {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8]) -> Option<Vec<u8>> {
        parse(bytes).expect("a well-formed reply").map(|reply| reply.body.into_owned())
    }

    #[test]
    fn a_reply_is_whole_when_its_length_has_arrived() {
        let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
        assert_eq!(body(&reply[..reply.len() - 1]), None);
        assert_eq!(body(reply), Some(b"body".to_vec()));
    }

    #[test]
    fn chunks_are_joined() {
        let reply = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
        assert_eq!(body(&reply[..reply.len() - 2]), None);
        assert_eq!(body(reply), Some(b"body".to_vec()));
    }
}

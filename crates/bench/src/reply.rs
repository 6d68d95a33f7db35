//! HTTP/1.1 replies, read by hand, and whether they are the right ones.
//!
//! Knows no sockets, so that the closed loop on tokio and the open loop on threads share it. Reads what a gateway
//! may send to a keep-alive GET: a body with `content-length` or in chunks. It is no general client.

use std::borrow::Cow;

use anyhow::{Context, Result, bail, ensure};
use bff_bench::replies;
use memchr::memmem;
use serde_json::Value;

/// No screen is this large: a gateway that never ends its reply is stopped here.
const REPLY_LIMIT: usize = 1024 * 1024;

/// A reply as it arrives.
pub(crate) struct Incoming {
    bytes: Vec<u8>,
    filled: usize,
}

/// A whole reply.
pub(crate) struct Reply<'a> {
    status: u16,
    body: Cow<'a, [u8]>,
}

impl Incoming {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; 16 * 1024], filled: 0 }
    }

    /// Where the next read goes.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        if self.filled == self.bytes.len() {
            self.bytes.resize(2 * self.filled, 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// Takes note of what was read and gives the reply once it is whole.
    pub(crate) fn advance(&mut self, read: usize) -> Result<Option<Reply<'_>>> {
        ensure!(read > 0, "the gateway closed a connection instead of answering");
        self.filled += read;
        ensure!(self.filled <= REPLY_LIMIT, "a reply is longer than {REPLY_LIMIT} bytes");
        parse(&self.bytes[..self.filled])
    }

    pub(crate) fn clear(&mut self) {
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

/// What a gateway must answer.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// `profile`, `orders` and `notifications` are what the services sent, and every reply has the same bytes.
    Exact,
    /// These sections are there and none of them is null; the rest may vary from reply to reply.
    Sections(&'static [&'static str]),
}

/// Checks the replies of one connection: the first one in full, the others against the first.
pub(crate) struct Check {
    answer: Answer,
    first: Option<First>,
}

enum First {
    Body(Vec<u8>),
    /// The beginning of each section, such as `"orders":[`: a section that becomes null no longer matches.
    Sections(Vec<Vec<u8>>),
}

impl Check {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { answer, first: None }
    }

    pub(crate) fn verify(&mut self, reply: &Reply<'_>) -> Result<()> {
        let body = &*reply.body;
        let shown = || String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned();
        ensure!(reply.status == 200, "status {} instead of 200: {}", reply.status, shown());
        match &self.first {
            None => self.first = Some(self.read_in_full(body).with_context(shown)?),
            Some(First::Body(first)) => {
                ensure!(body == first, "a reply that differs from the first: {}", shown());
            }
            Some(First::Sections(sections)) => {
                let whole = sections.iter().all(|section| memmem::find(body, section).is_some());
                ensure!(whole, "a section is missing: {}", shown());
            }
        }
        Ok(())
    }

    fn read_in_full(&self, body: &[u8]) -> Result<First> {
        let screen: Value = serde_json::from_slice(body).context("a reply that is no JSON")?;
        match self.answer {
            Answer::Exact => {
                let sent = [
                    ("profile", replies::PROFILE),
                    ("orders", replies::ORDERS),
                    ("notifications", replies::NOTIFICATIONS),
                ];
                for (section, sent) in sent {
                    let sent: Value = serde_json::from_str(sent)?;
                    ensure!(screen[section] == sent, "{section} is not what the service sent");
                }
                Ok(First::Body(body.to_vec()))
            }
            Answer::Sections(names) => {
                let begins = names.iter().map(|name| {
                    let opening = match &screen[name] {
                        Value::Object(_) => '{',
                        Value::Array(_) => '[',
                        _ => bail!("the section {name} is neither an object nor an array"),
                    };
                    Ok(format!("\"{name}\":{opening}").into_bytes())
                });
                Ok(First::Sections(begins.collect::<Result<_>>()?))
            }
        }
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

    #[test]
    fn a_section_that_becomes_null_is_noticed() {
        let reply = |body: &'static [u8]| Reply { status: 200, body: Cow::Borrowed(body) };
        let mut check = Check::new(Answer::Sections(&["orders"]));
        check.verify(&reply(br#"{"orders":[1],"age":1}"#)).expect("a first reply");
        check.verify(&reply(br#"{"orders":[2],"age":22}"#)).expect("one that varies");
        check.verify(&reply(br#"{"orders":null,"age":3}"#)).expect_err("a degraded one");
    }
}

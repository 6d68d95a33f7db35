//! What the judge must not let pass: proxies that add the right identity and forward a client's headers beside it.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{
    SECRET, callers::Caller, capture::Capture, generate::Request, judge::Answer, lane::Tally,
    subject::Subject, wire,
};

/// What a proxy forwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leak {
    /// All that it gets.
    Everything,
    /// All but the names that it sets itself, spelt as it spells them.
    OtherSpellings,
    /// Nothing. It takes every request for a good one, as the others do.
    Nothing,
}

/// The same requests as a BFF gets, sent to such a proxy.
pub(crate) fn run(
    leak: Leak,
    subject: &Subject,
    callers: &[Caller],
    seed: u64,
    requests: u32,
) -> Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let capture = Capture::start().await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, service) = (listener.local_addr()?, capture.address());
        let known = callers.to_vec();
        let proxy = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(forward(stream, service, leak, known.clone()));
            }
        });
        let (mut client, mut tally) = (wire::Client::to(address), Tally::default());
        // Requests that it could tell apart are not what it is here for.
        let good = (0..).map(|number| (number, Request::of(subject, callers, seed, number)));
        let good = good.filter(|(_, request)| request.is_plain() && request.target.body.is_none());
        for (number, request) in good.take(usize::try_from(requests)?) {
            let reply = client.ask(&request.bytes()).await?.context("the proxy answers")?;
            let answer = Answer { status: reply.status, ids: reply.ids };
            tally.note(number, &request, &answer, &capture.take());
        }
        proxy.abort();
        Ok(tally)
    })
}

async fn forward(mut client: TcpStream, service: SocketAddr, leak: Leak, callers: Vec<Caller>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let lines: Vec<_> = head.trim_end_matches("\r\n").split("\r\n").skip(2).collect();
    let caller = callers.iter().find(|caller| head.contains(&format!("Bearer {}\r\n", caller.token)))?;
    let mut sent = format!(
        "GET /users/{} HTTP/1.1\r\nhost: users\r\nx-user-id: {}\r\nx-request-id: 1\r\nx-internal-secret: {SECRET}\r\n",
        caller.id, caller.id
    );
    let facts = [("x-user-roles", &caller.roles), ("x-tenant-id", &caller.tenant)];
    for (name, value) in facts {
        if let Some(value) = value {
            sent = sent + name + ": " + value + "\r\n";
        }
    }
    for line in lines.into_iter().filter(|line| is_forwarded(line, leak)) {
        sent += line;
        sent += "\r\n";
    }
    let mut service = TcpStream::connect(service).await.ok()?;
    service.write_all((sent + "\r\n").as_bytes()).await.ok()?;
    service.read_u8().await.ok()?;
    let reply = b"HTTP/1.1 200 OK\r\nx-request-id: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    client.write_all(reply).await.ok()
}

fn is_forwarded(line: &str, leak: Leak) -> bool {
    let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match leak {
        Leak::Everything => name != "authorization",
        // As careful as many are: it knows its own names and drops them.
        Leak::OtherSpellings => name.contains('_') && name.starts_with('x') && !name.starts_with("x-request"),
        Leak::Nothing => false,
    }
}

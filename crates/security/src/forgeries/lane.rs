//! One BFF that is shown tokens, one request after the other, so that every call is of one token.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use bff_testkit::{TestBff, TestBffBuilder};
use serde_json::Value;

use super::{Forged, signer::Signer};
use crate::headers::wire::{Client, Reply};

/// What came of all.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) forged: usize,
    pub(crate) accepted: usize,
    /// Refused, but not as they should be.
    pub(crate) otherwise: usize,
    pub(crate) calls: usize,
    /// What was wrong, each with its token.
    pub(crate) breaches: Vec<String>,
    /// The good ones from which they differ.
    pub(crate) good: usize,
    /// Of those, how many were served, with calls.
    pub(crate) served: usize,
}

/// The web BFF, which trusts them all.
pub(crate) async fn start(signers: &[Signer]) -> TestBff {
    let builder = TestBff::with(bff_web::bff()).without_breakers().set("screen.deadline", "15s");
    // A busy machine may answer for an issuer too late for the start.
    let builder = builder.set("auth.jwks_cooldown", "100ms");
    let issuers = signers.iter().filter_map(Signer::published);
    issuers.fold(builder.set("log.access", false), TestBffBuilder::trust).start().await
}

/// Shows it the good ones, then the forged ones.
pub(crate) async fn attack(bff: &TestBff, all: &[Forged]) -> Result<Tally> {
    let mut client = Client::to(bff.address());
    let goods: BTreeSet<_> = all.iter().map(|forged| &forged.good).collect();
    let mut tally = Tally { good: goods.len(), ..Tally::default() };
    for good in goods {
        let reply = ask_good(&mut client, good).await?;
        let calls = taken(bff);
        if reply.status == 200 && calls > 0 {
            tally.served += 1;
        } else {
            tally.breaches.push(format!("a good one got {}: {good}", reply.status));
        }
    }
    for forged in all {
        let reply = ask(&mut client, &forged.token).await.with_context(|| forged.name.clone())?;
        let calls = taken(bff);
        tally.forged += 1;
        tally.calls += calls;
        let status = reply.as_ref().map_or(0, |reply| reply.status);
        let is_refused = if forged.is_too_large {
            // Whoever is still writing may not get to read why.
            [431, 400, 0].contains(&status)
        } else {
            reply.as_ref().is_some_and(is_problem)
        };
        if (200..300).contains(&status) {
            tally.accepted += 1;
        } else if !is_refused {
            tally.otherwise += 1;
        }
        if !is_refused || calls > 0 {
            let Forged { name, token, .. } = forged;
            let token = String::from_utf8_lossy(token);
            tally.breaches.push(format!("{name}: {status}, {calls} calls: {token}"));
        }
        if forged.is_too_large {
            client.leave();
        }
    }
    Ok(tally)
}

/// Asks until the keys of the token's issuer are known, for ten seconds at most.
async fn ask_good(client: &mut Client, good: &str) -> Result<Reply> {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let reply = ask(client, good.as_bytes()).await?.context("a good token gets a reply")?;
        if reply.status != 503 || Instant::now() > until {
            return Ok(reply);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn ask(client: &mut Client, token: &[u8]) -> Result<Option<Reply>> {
    let head = b"GET /api/dashboard/overview HTTP/1.1\r\nhost: bff\r\nauthorization: Bearer ";
    client.ask(&[head, token, b"\r\n\r\n"].concat()).await
}

/// The calls since the last time.
fn taken(bff: &TestBff) -> usize {
    let calls = bff.services.all_seen().len();
    bff.services.clear();
    calls
}

/// 401, with one of the two codes that a client can act on.
fn is_problem(reply: &Reply) -> bool {
    let end = reply.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |end| end + 4);
    let problem: Value = serde_json::from_slice(&reply.bytes[end..]).unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or_default();
    reply.status == 401 && ["invalid_token", "expired_token"].contains(&code)
}

//! One BFF under attack: its own services, and one request after the other, so that every call has one request it can be of.

use std::{env, fs, process};

use anyhow::{Context as _, Result};
use bff_testkit::TestBff;

use super::{
    SECRET, callers,
    capture::{Call, Capture},
    generate::{Expect, Request},
    http2,
    judge::{Answer, judge},
    subject::Subject,
    wire,
};

/// One request in so many goes over HTTP/2, of those that can.
const OVER_HTTP2: u32 = 8;

/// What came of all requests.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) requests: u32,
    pub(crate) over_http2: u32,
    pub(crate) served: u32,
    pub(crate) refused: u32,
    pub(crate) calls: usize,
    pub(crate) over_grpc: usize,
    pub(crate) breaches: u32,
    pub(crate) first: Option<Breach>,
}

/// A promise that was not kept.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) number: u32,
    pub(crate) kind: &'static str,
    pub(crate) what: String,
    pub(crate) request: String,
}

impl Tally {
    /// Notes what came of a request.
    pub(crate) fn note(&mut self, number: u32, request: &Request<'_>, answer: &Answer, calls: &[Call]) {
        self.requests += 1;
        if answer.status == 200 {
            self.served += 1;
        } else {
            self.refused += 1;
        }
        self.calls += calls.len();
        if let Err(what) = judge(request.expect, request.caller, answer, calls) {
            self.breach(number, request, what);
        }
    }

    pub(crate) fn breach(&mut self, number: u32, request: &Request<'_>, what: String) {
        self.breaches += 1;
        let request_text = String::from_utf8_lossy(&request.bytes()).escape_debug().to_string();
        self.first.get_or_insert(Breach { number, kind: request.kind, what, request: request_text });
    }
}

/// Asks a BFF so many times, on a runtime of this thread's own.
pub(crate) fn run(subject: &Subject, seed: u64, requests: u32) -> Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(attack(subject, seed, requests))
}

async fn attack(subject: &Subject, seed: u64, requests: u32) -> Result<Tally> {
    let capture = Capture::start().await?;
    let key = KeyFile::new(subject.name)?;
    let bff = start(subject, &capture, &key).await;
    let callers = callers::of(&bff, subject.accounts);
    let (mut client, mut over_http2) = (wire::Client::to(bff.address()), http2::Client::to(bff.address()));
    let mut tally = Tally::default();
    for number in 0..requests {
        let request = Request::of(subject, &callers, seed, number);
        let answer = if request.is_plain() && number % OVER_HTTP2 == 0 {
            tally.over_http2 += 1;
            let (status, ids) = over_http2.ask(&request).await?;
            Answer { status, ids }
        } else if request.behind.is_empty() {
            let reply =
                client.ask(&request.bytes()).await.with_context(|| describe(seed, number, &request))?;
            if request.expect != Expect::Served {
                client.leave();
            }
            reply.map_or(Answer { status: 0, ids: Vec::new() }, |reply| Answer {
                status: reply.status,
                ids: reply.ids,
            })
        } else {
            let replies = client.ask_to_the_end(&request.bytes()).await?;
            if replies.len() > 1 {
                tally.breach(number, &request, format!("one request got {} replies", replies.len()));
            }
            let first = replies.into_iter().next();
            first.map_or(Answer { status: 0, ids: Vec::new() }, |reply| Answer {
                status: reply.status,
                ids: reply.ids,
            })
        };
        let mut calls = capture.take();
        let over_grpc = bff.services.all_seen().into_iter().map(Call::of_grpc);
        let over_http = calls.len();
        calls.extend(over_grpc);
        tally.over_grpc += calls.len() - over_http;
        bff.services.clear();
        tally.note(number, &request, &answer, &calls);
    }
    Ok(tally)
}

fn describe(seed: u64, number: u32, request: &Request<'_>) -> String {
    format!("seed {seed}, request {number}, {}", request.kind)
}

/// The BFF as it is, but that nothing is slow, kept or broken for a machine that has much to do.
async fn start(subject: &Subject, capture: &Capture, key: &KeyFile) -> TestBff {
    let bff = (subject.bff)();
    let used: Vec<_> = bff_testkit::mocks::SERVICES.into_iter().filter(|service| bff.uses(service)).collect();
    let mut builder = TestBff::with(bff)
        .without_breakers()
        .set("screen.deadline", "15s")
        .set("log.access", false)
        .set("sender.secret", SECRET)
        .set("sender.key_file", &key.0);
    for service in used {
        let set = |builder: bff_testkit::TestBffBuilder, name: &str, value: &str| {
            builder.set(&format!("services.{service}.{name}"), value)
        };
        builder = set(builder, "timeout", "15s");
        builder = set(builder, "attempt_timeout", "15s");
        builder = set(builder, "bulkhead.adaptive", "false");
        builder = match service {
            "users" => set(builder, "sender", "secret"),
            "orders" => set(builder, "sender", "token"),
            _ => builder,
        };
        if ["users", "notifications", "reports"].contains(&service) {
            builder = set(builder, "url", &format!("http://{}", capture.address()));
        }
    }
    builder.start().await
}

/// The key of the sender's tokens, in a file of its own that goes with it.
struct KeyFile(String);

impl KeyFile {
    fn new(name: &str) -> Result<Self> {
        let path =
            env::temp_dir().join(format!("bff-security-{name}-{}-{}.pem", process::id(), fastrand::u32(..)));
        fs::write(&path, rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519)?.serialize_pem())?;
        Ok(Self(path.display().to_string()))
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

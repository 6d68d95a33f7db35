//! [`TestBff`]: the real BFF, its own listener, workers and stacks, against mocked services.

use std::{fmt::Display, net::SocketAddr, time::Duration};

use bff_core::{
    Running,
    bff::Bff,
    config::Sources,
    routes::RouteInfo,
    telemetry::{log::catalogue, sink::Sink},
};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Client;
use serde_json::Value;

use crate::{
    issuer::TestIssuer,
    keys::KeysFile,
    mocks::{MockServices, SERVICES},
    token::{self, Token},
};

/// A BFF under test. Dropping it drains it.
pub struct TestBff {
    /// The mocked services behind it: their modes, and what they saw.
    pub services: MockServices,
    name: &'static str,
    running: Running,
    log: Sink,
    client: Client,
}

/// A BFF about to be started with other settings than a test's usual ones.
pub struct TestBffBuilder {
    bff: Bff,
    settings: Vec<(String, String)>,
    sources: Option<Sources>,
}

impl TestBff {
    /// Starts `bff` on a free port, with its five services mocked.
    pub async fn start(bff: Bff) -> Self {
        Self::with(bff).start().await
    }

    /// Starts `bff` with other settings: `TestBff::with(bff).set("screen.deadline", "300ms").start().await`.
    pub fn with(bff: Bff) -> TestBffBuilder {
        TestBffBuilder { bff, settings: Vec::new(), sources: None }
    }

    /// Requests of this user, with a token that is right in everything.
    pub fn as_user(&self, user: &str) -> Session<'_> {
        self.with_token(&Token::of(user, self.name).sign())
    }

    /// Requests of this user in a partner's account.
    pub fn as_partner(&self, user: &str, account: &str) -> Session<'_> {
        self.with_token(&self.token(user).claim("account", account).sign())
    }

    /// A token of this user for this BFF, to be changed before it is signed.
    pub fn token(&self, user: &str) -> Token {
        Token::of(user, self.name)
    }

    /// Requests with this token.
    pub fn with_token(&self, token: &str) -> Session<'_> {
        Session { bff: self, headers: vec![("authorization".to_owned(), format!("Bearer {token}"))] }
    }

    /// Requests with this API key.
    pub fn with_key(&self, key: &str) -> Session<'_> {
        self.anonymous().header("x-api-key", key)
    }

    /// Requests with no token.
    pub fn anonymous(&self) -> Session<'_> {
        Session { bff: self, headers: Vec::new() }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// The running BFF: its admin address and its counters.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// The lines that it has logged since the last time, as JSON. A line is written just after its answer, so this waits
    /// until there are `count`.
    ///
    /// # Panics
    ///
    /// If one of them is not what the catalogue of log lines says.
    pub async fn log_lines(&self, count: usize) -> Vec<Value> {
        let mut text = String::new();
        for _ in 0..1000 {
            text.push_str(&self.log.take());
            if text.lines().count() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        text.lines().map(read_line).collect()
    }

    /// All that it has logged since the last time, as it is.
    pub fn log_text(&self) -> String {
        self.log.take()
    }

    /// Drains it and returns the mocked services and how long the drain took.
    pub async fn drain(self) -> Duration {
        let Self { running, services, .. } = self;
        let began = std::time::Instant::now();
        tokio::task::spawn_blocking(move || running.drain()).await.expect("the drain does not panic");
        drop(services);
        began.elapsed()
    }
}

impl TestBffBuilder {
    /// Sets one key of the configuration, above all files: `.set("limits.body", "1KiB")`.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl Display) -> Self {
        self.settings.push((key.to_owned(), value.to_string()));
        self
    }

    /// Accepts the API keys of this file, and looks at it every 10 ms.
    #[must_use]
    pub fn keys(self, file: &KeysFile) -> Self {
        let every = self.set("auth.api_keys.reload_every", "10ms");
        every.set("auth.api_keys.file", file.path().display())
    }

    /// Starts it with this configuration, and not with the BFF's own.
    #[must_use]
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = Some(sources);
        self
    }

    /// Trusts this issuer too, with the keys that it publishes where its description says.
    #[must_use]
    pub fn trust(self, issuer: &TestIssuer) -> Self {
        let discovery = format!("auth.issuers.{}.discovery", issuer.name());
        self.know(issuer).set(&discovery, true)
    }

    /// The same but for the source of its keys, which is the test's to set.
    #[must_use]
    pub fn know(self, issuer: &TestIssuer) -> Self {
        let key = |name| format!("auth.issuers.{}.{name}", issuer.name());
        let audience = self.bff.name();
        self.set(&key("issuer"), issuer.url())
            .set(&key("audience"), audience)
            .set(&key("algorithm"), issuer.algorithm())
    }

    /// Breakers that never open, for a test that makes one service fail many times in a row.
    #[must_use]
    pub fn without_breakers(self) -> Self {
        let used: Vec<_> = SERVICES.into_iter().filter(|service| self.bff.uses(service)).collect();
        used.into_iter().fold(self, |builder, service| {
            let key = |name| format!("services.{service}.breaker.{name}");
            builder.set(&key("consecutive_failures"), 1_000_000).set(&key("minimum_calls"), 1_000_000)
        })
    }

    /// Starts it, with mocked services behind it.
    pub async fn start(self) -> TestBff {
        let services = MockServices::start().await;
        let name = self.bff.name();
        let sources = self.sources.unwrap_or_else(|| self.bff.builtin_config());
        let sources = usual_settings(sources, name);
        let sources = SERVICES.iter().fold(sources, |sources, service| {
            let key = format!("services.{service}.url");
            let used = self.bff.uses(service);
            if used { sources.with_override(key, services.url(service)) } else { sources }
        });
        let sources = self
            .settings
            .into_iter()
            .fold(sources, |sources, (key, value)| sources.with_override(key, value));
        let log = Sink::memory();
        let running = match self.bff.start(&sources, Some(log.clone())) {
            Ok(running) => running,
            Err(error) => panic!("{error}"),
        };
        TestBff { services, name, running, log, client: client() }
    }
}

/// Free ports, one worker, no notice, the issuer of [`Token`], and nothing that is refused or left out because a test asks often or the
/// machine that runs it is slow.
fn usual_settings(sources: Sources, audience: &str) -> Sources {
    let settings = [
        ("server.listen", "127.0.0.1:0"),
        ("admin.listen", "127.0.0.1:0"),
        ("server.workers", "1"),
        ("drain.notice", "0s"),
        ("rate_limits.caller", r#"["10000/s burst 1000000"]"#),
        ("rate_limits.address", r#"["10000/s burst 1000000"]"#),
        ("admission.lag", "1s"),
        ("log.success_per_second", "1000000"),
        ("auth.issuers.test.issuer", token::ISSUER),
        ("auth.issuers.test.audience", audience),
        ("auth.issuers.test.algorithm", "HS256"),
        ("auth.issuers.test.secret", token::SECRET),
    ];
    settings.into_iter().fold(sources, |sources, (key, value)| sources.with_override(key, value))
}

/// A log line, which is what the catalogue says.
fn read_line(line: &str) -> Value {
    let line = serde_json::from_str(line).expect("a log line is JSON");
    let wrong = catalogue::check(&line);
    assert!(wrong.is_empty(), "{wrong:?} in {line}");
    line
}

fn client() -> Client {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client without TLS always builds")
}

/// Requests with one set of headers.
#[derive(Clone)]
pub struct Session<'a> {
    bff: &'a TestBff,
    headers: Vec<(String, String)>,
}

impl Session<'_> {
    /// Adds a header to every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Display) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path, None).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let session = self.clone().header("content-type", "application/json");
        session.request(Method::POST, path, Some(body.to_string().into())).await
    }

    /// The example of a route.
    ///
    /// # Panics
    ///
    /// If it has none.
    pub async fn example(&self, route: &RouteInfo) -> Reply {
        let (Some(method), Some(example)) = (&route.method, route.example) else {
            panic!("{} has no example: add .example(\"/path\") to its route", route.name());
        };
        let session = match example.body {
            Some(_) => self.clone().header("content-type", "application/json"),
            None => self.clone(),
        };
        let body = example.body.map(|body| body.as_bytes().to_vec());
        session.request(method.clone(), example.path, body).await
    }

    /// Any request.
    pub async fn request(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Reply {
        let url = format!("http://{}{path}", self.bff.address());
        let request = self.bff.client.request(method, url);
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        #[expect(clippy::disallowed_methods, reason = "a test is a client of the BFF")]
        let response = match body {
            Some(body) => request.body(body).send().await,
            None => request.send().await,
        };
        let response = response.expect("the BFF answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("the BFF's answer is whole");
        Reply { status, headers, body: body.to_vec() }
    }
}

/// What a client got.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error} in {}: {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// A header as text, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The problem's code, empty if it is no problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Section and reason of whatever is degraded, in the order of the payload.
    pub fn degraded(&self) -> Vec<(String, String)> {
        self.entries("reason")
    }

    /// Section and `default`, `config` or `stale` of whatever is degraded, empty for one that is `null`: what stands in for it.
    pub fn fallbacks(&self) -> Vec<(String, String)> {
        self.entries("fallback")
    }

    /// Section and age in seconds of whatever the service said before, in the order of the payload.
    pub fn stale(&self) -> Vec<(String, u64)> {
        let stale = self.degraded_entries().into_iter().filter(|entry| entry["fallback"] == "stale");
        stale.map(|entry| (text(&entry["section"]), entry["age"].as_u64().expect("an age"))).collect()
    }

    fn entries(&self, member: &str) -> Vec<(String, String)> {
        let entries = self.degraded_entries().into_iter();
        entries.map(|entry| (text(&entry["section"]), text(&entry[member]))).collect()
    }

    fn degraded_entries(&self) -> Vec<Value> {
        self.json()["_meta"]["degraded"].as_array().cloned().unwrap_or_default()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

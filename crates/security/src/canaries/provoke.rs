//! Everything that could make a BFF say too much: bad tokens, bad requests, services that fail, panics.

use anyhow::{Context as _, Result};
use bff_testkit::{Fault, MockServices, Mode, Nonsense, Token};

use super::{plant::Plant, program::Program};
use crate::headers::{callers::Caller, generate::Request, http2, subject::SUBJECTS, wire};

const OVERVIEW: &str = "/api/dashboard/overview";

/// How many requests at random of the row `headers`.
const AT_RANDOM: u32 = 60;

/// Who asks, and what was read.
pub(crate) struct Provoker<'a> {
    pub(crate) bff: &'a Program,
    pub(crate) services: &'a MockServices,
    pub(crate) plant: &'a Plant,
    /// The tokens that were sent, good and bad, with what to call them.
    pub(crate) tokens: Vec<(String, String)>,
    /// Every byte of every reply.
    pub(crate) replies: Vec<u8>,
    pub(crate) asked: u32,
}

impl<'a> Provoker<'a> {
    pub(crate) fn new(bff: &'a Program, services: &'a MockServices, plant: &'a Plant) -> Self {
        Self { bff, services, plant, tokens: Vec::new(), replies: Vec::new(), asked: 0 }
    }

    /// All of it.
    pub(crate) async fn provoke(&mut self, seed: u64) -> Result<()> {
        let good = self.token("caller's token", |token| token);
        self.services_fail(&good).await?;
        self.somebody_asks().await?;
        self.tokens_are_bad().await?;
        self.requests_are_bad(&good).await?;
        self.at_random(&good, seed).await?;
        for path in
            ["/live", "/ready", "/status", "/limits", "/jwks.json", "/log", "/metrics", "/config", "/"]
        {
            self.ask(self.bff.admin, &["GET", path], &[]).await?;
        }
        Ok(())
    }

    /// The control: the BFF writes down what it is told to.
    pub(crate) async fn leak(&mut self, planted: &str) -> Result<()> {
        self.ask(self.bff.address, &["GET", "/leak"], &[format!("X-Planted: {planted}")]).await
    }

    /// Somebody whose name is nowhere else, for something that is nowhere else.
    async fn somebody_asks(&mut self) -> Result<()> {
        let [id, account, session, query] = &self.plant.personal;
        let token = Token::of(id, "bff-web").claim("account", account.as_str());
        let token = token.claim("sid", session.as_str()).claim("scope", "orders:read");
        let token = token.sign_with(self.plant.issuer_secret.as_bytes());
        let with = [format!("Authorization: Bearer {token}"), format!("X-User-Id: {id}")];
        self.tokens.push(("somebody's token".to_owned(), token));
        for mode in [Mode::Ok, Mode::Fail(500), Mode::Fail(404), Mode::Nonsense(Nonsense::Truncated)] {
            for service in ["users", "notifications", "orders"] {
                self.services.set(service, mode);
            }
            for path in
                [format!("{OVERVIEW}?email={query}"), format!("/api/orders/{query}"), format!("/{query}")]
            {
                self.ask(self.bff.address, &["GET", &path], &with).await?;
            }
        }
        for service in ["users", "notifications", "orders"] {
            self.services.set(service, Mode::Ok);
        }
        Ok(())
    }

    fn token(&mut self, name: &str, change: fn(Token) -> Token) -> String {
        let token = change(Token::of("alice", "bff-web")).sign_with(self.plant.issuer_secret.as_bytes());
        self.tokens.push((name.to_owned(), token.clone()));
        token
    }

    async fn services_fail(&mut self, token: &str) -> Result<()> {
        let plant = self.plant;
        let with = [
            format!("Authorization: Bearer {token}"),
            format!("X-Api-Key: {}", plant.api_key),
            format!("Cookie: session={}", plant.session),
            "X-Request-Timeout-Ms: 400".to_owned(),
        ];
        for service in ["users", "notifications", "orders"] {
            for mode in [
                Mode::Ok,
                Mode::Fail(500),
                Mode::Fail(401),
                Mode::Hang,
                Mode::Nonsense(Nonsense::Deep),
                Mode::Fault(Fault::Refuse),
                Mode::Fault(Fault::ResetMidBody),
            ] {
                self.services.set(service, mode);
                self.ask(self.bff.address, &["GET", OVERVIEW], &with).await?;
            }
            self.services.set(service, Mode::Ok);
        }
        let mut redirected = with.to_vec();
        redirected.push(format!("X-Forwarded-Client-Cert: {}", plant.api_key));
        self.services.set("users", Fault::RedirectElsewhere(307));
        self.ask(self.bff.address, &["GET", OVERVIEW], &redirected).await?;
        self.services.set("users", Mode::Ok);
        let query = format!("{OVERVIEW}?api_key={}", plant.api_key);
        self.ask(self.bff.address, &["GET", &query], &with).await?;
        self.ask(self.bff.address, &["GET", "/panic"], &with).await
    }

    async fn tokens_are_bad(&mut self) -> Result<()> {
        let mut bad = vec![
            self.token("expired token", |token| token.claim("exp", 1)),
            self.token("token of another issuer", |token| token.claim("iss", "https://elsewhere.example")),
            self.token("token for another audience", |token| token.claim("aud", "bff-mobile")),
            self.token("token with an odd subject", |token| token.claim("sub", "a b\r\nc")),
            self.token("token with odd roles", |token| token.claim("roles", "admin")),
            self.plant.opaque_token.clone(),
            format!("{}.{}", self.plant.opaque_token, "a".repeat(9000)),
            format!("eyJhbGciOiJub25lIn0.e30.{}", self.plant.session),
        ];
        let by_another = Token::of("alice", "bff-web").sign_with(self.plant.api_key.as_bytes());
        self.tokens.push(("token by another key".to_owned(), by_another.clone()));
        bad.push(by_another);
        for token in bad {
            for scheme in ["Bearer ", "Basic ", "Bearer  a ", ""] {
                let line = format!("Authorization: {scheme}{token}");
                self.ask(self.bff.address, &["GET", OVERVIEW], &[line]).await?;
            }
        }
        Ok(())
    }

    async fn requests_are_bad(&mut self, token: &str) -> Result<()> {
        let plant = self.plant;
        let own = [
            format!("Authorization: Bearer {token}"),
            format!("X-Internal-Secret: {}", plant.api_key),
            format!("Cookie: session={}", plant.session),
        ];
        let with = |more: &str| own.iter().cloned().chain([more.to_owned()]).collect::<Vec<_>>();
        for (method, path, line) in [
            ("GET", "/no/such/path", "X-A: a".to_owned()),
            ("DELETE", OVERVIEW, "X-A: a".to_owned()),
            ("GET", "/api/orders/%FF", "X-A: a".to_owned()),
            ("GET", OVERVIEW, format!("X-Api-Key : {}", plant.api_key)),
            ("GET", OVERVIEW, format!("X-Api-Key: {}\0", plant.api_key)),
            ("GET", OVERVIEW, format!("X-Api-Key: {}{}", plant.api_key, "a".repeat(20_000))),
            ("GET", OVERVIEW, format!("X-Request-Timeout-Ms: {}", plant.api_key)),
            ("GET", OVERVIEW, format!("traceparent: {}", plant.api_key)),
            ("POST", "/api/orders", format!("Content-Type: {}", plant.api_key)),
            ("POST", "/api/orders", "Content-Type: application/json\r\nContent-Length: 2".to_owned()),
            ("POST", "/api/orders", "Transfer-Encoding: identity".to_owned()),
        ] {
            self.ask(self.bff.address, &[method, path], &with(&line)).await?;
        }
        let bodies = [
            format!("{{\"items\":{:?}}}", plant.body),
            format!("{{\"{}\":1}}", plant.body),
            format!("{{\"items\":[],\"idempotencyKey\":\"{}\n\"}}", plant.body),
            plant.body.clone(),
        ];
        for body in bodies {
            let line = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
            let head = head(&["POST", "/api/orders"], &with(&line));
            self.send(self.bff.address, (head + &body).into_bytes()).await?;
        }
        Ok(())
    }

    async fn at_random(&mut self, token: &str, seed: u64) -> Result<()> {
        let caller = Caller { token: token.to_owned(), id: "alice".to_owned(), roles: None, tenant: None };
        let callers = [caller];
        let mut over_http2 = http2::Client::to(self.bff.address);
        for number in 0..AT_RANDOM {
            let request = Request::of(&SUBJECTS[0], &callers, seed, number);
            if request.is_plain() {
                over_http2.ask(&request).await?;
            }
            self.send(self.bff.address, request.bytes()).await?;
        }
        Ok(())
    }

    async fn ask(
        &mut self,
        address: std::net::SocketAddr,
        start: &[&str; 2],
        lines: &[String],
    ) -> Result<()> {
        self.send(address, head(start, lines).into_bytes()).await
    }

    async fn send(&mut self, address: std::net::SocketAddr, request: Vec<u8>) -> Result<()> {
        let reply = wire::Client::to(address).ask(&request).await;
        let reply = reply.with_context(|| String::from_utf8_lossy(&request).escape_debug().to_string())?;
        self.asked += 1;
        self.replies.extend(reply.map(|reply| reply.bytes).unwrap_or_default());
        Ok(())
    }
}

fn head([method, path]: &[&str; 2], lines: &[String]) -> String {
    let start = format!("{method} {path} HTTP/1.1\r\nHost: bff.example");
    let lines = lines.iter().map(String::as_str);
    std::iter::once(start.as_str()).chain(lines).chain(["", ""]).collect::<Vec<_>>().join("\r\n")
}

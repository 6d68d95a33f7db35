//! A question to one of the BFFs, as a client on the network asks it, and what came back.

use std::time::{Duration, Instant};

use bff_testkit::Token;
use reqwest::{
    Client, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName},
};
use serde_json::Value;

use crate::{
    house::{Addresses, Which, token},
    screens::Screen,
};

/// Longer than any deadline of the BFFs: an answer that takes this long never comes.
const PATIENCE: Duration = Duration::from_secs(5);

/// One request.
pub struct Ask {
    pub bff: Which,
    operators: bool,
    method: Method,
    path: String,
    headers: Vec<(HeaderName, String)>,
    body: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// Null if the body is no JSON.
    pub json: Value,
    pub took: Duration,
}

impl Ask {
    /// A request without a token.
    pub fn new(method: Method, bff: Which, path: impl Into<String>) -> Self {
        Self { bff, operators: false, method, path: path.into(), headers: Vec::new(), body: None }
    }

    /// `GET path` without a token.
    pub fn get(bff: Which, path: impl Into<String>) -> Self {
        Self::new(Method::GET, bff, path)
    }

    /// `GET path` on the listener of the operators.
    pub fn operators(bff: Which, path: impl Into<String>) -> Self {
        Self { operators: true, ..Self::get(bff, path) }
    }

    /// A screen's request, with no token yet.
    pub fn screen(screen: &Screen) -> Self {
        match screen.body {
            Some(body) => Self::new(Method::POST, screen.bff, screen.path).body(body),
            None => Self::get(screen.bff, screen.path),
        }
    }

    /// A screen's request by somebody who may see it.
    pub fn of(screen: &Screen) -> Self {
        // Whoever orders has one order more, and all others' screens are compared with what they were before.
        Self::screen(screen).by(if screen.body.is_some() { "zoe" } else { "alice" })
    }

    /// By this user, with a token that is right in everything.
    pub fn by(self, user: &str) -> Self {
        let token = token(self.bff, user, None);
        self.token(&token)
    }

    /// With this token.
    pub fn token(self, token: &Token) -> Self {
        self.header(AUTHORIZATION, format!("Bearer {}", token.sign()))
    }

    /// With one header more.
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body that calls itself JSON.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self.header(CONTENT_TYPE, "application/json")
    }

    /// With a body that calls itself text.
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self.header(CONTENT_TYPE, "text/plain")
    }

    /// Asks, and reads the answer to its end.
    pub async fn send(self, addresses: &Addresses, client: &Client) -> Result<Answer, String> {
        let base = if self.operators { addresses.admin_url(self.bff) } else { addresses.url(self.bff) };
        let mut request = client.request(self.method, format!("{base}{}", self.path));
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let began = Instant::now();
        #[expect(clippy::disallowed_methods, reason = "smoke is a client of the BFFs")]
        let response = request.send().await.map_err(|error| format!("no answer: {error:?}"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| format!("no whole answer: {error:?}"))?;
        let took = began.elapsed();
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned(), json, took })
    }
}

impl Answer {
    /// A header as text, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Section and reason of whatever is degraded, in the order of the payload: `orders timeout`.
    pub fn degraded(&self) -> Vec<String> {
        let list = self.json["_meta"]["degraded"].as_array();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let entry = |entry: &Value| format!("{} {}", text(&entry["section"]), text(&entry["reason"]));
        list.map(|list| list.iter().map(entry).collect()).unwrap_or_default()
    }
}

/// A client of the BFFs. Made when one runs: the TLS provider that reqwest insists on is installed by then.
pub fn client() -> Client {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
    client.build().expect("a client without settings of its own always builds")
}

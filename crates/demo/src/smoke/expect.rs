//! What an answer must be, and in what an answer differs from it.

use std::ops::Range;

use serde_json::Value;

use super::ask::Answer;

/// Fields of services that no client may ever see.
const SECRETS: [&str; 3] = ["passwordHash", "internalFlags", "internalMargin"];

/// What an answer must be.
pub struct Expect {
    status: u16,
    kind: Kind,
    headers: Vec<(&'static str, &'static str)>,
    fields: Vec<(String, Value)>,
    below_bytes: Option<usize>,
    millis: Option<Range<u128>>,
}

enum Kind {
    /// A screen, with what is degraded in it.
    Screen { degraded: Vec<String> },
    /// A problem with this code.
    Problem { code: &'static str },
    /// These words, such as those of `/live`.
    Text(&'static str),
}

impl Expect {
    /// A screen with all of its sections.
    pub fn whole() -> Self {
        Self::degraded(Vec::new())
    }

    /// The same for a write, whose reply nobody keeps.
    pub fn written() -> Self {
        Self::screen(Vec::new(), "no-store")
    }

    /// A screen with these sections degraded, each as `orders timeout`.
    pub fn degraded(degraded: Vec<String>) -> Self {
        let kept = if degraded.is_empty() { "private, no-cache" } else { "no-store" };
        Self::screen(degraded, kept)
    }

    fn screen(degraded: Vec<String>, kept: &'static str) -> Self {
        Self::new(200, Kind::Screen { degraded })
            .header("content-type", "application/json")
            .header("cache-control", kept)
    }

    /// A problem of RFC 9457.
    pub fn problem(status: u16, code: &'static str) -> Self {
        Self::new(status, Kind::Problem { code })
            .header("content-type", "application/problem+json")
            .header("cache-control", "no-store")
    }

    /// These words.
    pub fn text(status: u16, text: &'static str) -> Self {
        Self::new(status, Kind::Text(text))
    }

    fn new(status: u16, kind: Kind) -> Self {
        Self { status, kind, headers: Vec::new(), fields: Vec::new(), below_bytes: None, millis: None }
    }

    /// And this header.
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// And this value, at a JSON pointer (RFC 6901) such as `/orders/0/id`. What is not there is null.
    pub fn field(mut self, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push((pointer.into(), value.into()));
        self
    }

    /// And fewer bytes of body than this.
    pub fn below(mut self, bytes: usize) -> Self {
        self.below_bytes = Some(bytes);
        self
    }

    /// And within this time, in milliseconds.
    pub fn within(mut self, millis: Range<u128>) -> Self {
        self.millis = Some(millis);
        self
    }

    /// In what the answer differs: a sentence each.
    pub fn differences(&self, answer: &Answer) -> Vec<String> {
        let mut found = Differences(Vec::new());
        if self.status != answer.status {
            // Another kind of answer: everything else differs too, and its first words say more.
            let body = short(&answer.body);
            return vec![format!("status: expected {}, got {}: {body}", self.status, answer.status)];
        }
        for (name, value) in &self.headers {
            found.compare(name, &(*value).into(), &answer.header(name).into());
        }
        match &self.kind {
            Kind::Screen { degraded } => {
                found.compare("_meta.degraded", &degraded.clone().into(), &answer.degraded().into());
                let meta = answer.json.get("_meta").is_some();
                found.compare("whether there is a _meta", &(!degraded.is_empty()).into(), &meta.into());
            }
            Kind::Problem { code } => {
                found.compare("code", &(*code).into(), &answer.json["code"]);
                found.compare("status in the body", &self.status.into(), &answer.json["status"]);
                let id = answer.header("x-request-id").into();
                found.compare("request_id in the body", &id, &answer.json["request_id"]);
            }
            Kind::Text(text) => found.compare("body", &(*text).into(), &answer.body.as_str().into()),
        }
        for (pointer, value) in &self.fields {
            found.compare(pointer, value, answer.json.pointer(pointer).unwrap_or(&Value::Null));
        }
        if let Some(limit) = self.below_bytes.filter(|limit| answer.body.len() >= *limit) {
            found.0.push(format!("size: expected below {limit} bytes, got {}", answer.body.len()));
        }
        if let Some(range) = self.millis.as_ref().filter(|range| !range.contains(&answer.took.as_millis())) {
            found.0.push(format!("time: expected {range:?} ms, got {}", answer.took.as_millis()));
        }
        for secret in SECRETS.into_iter().filter(|secret| answer.body.contains(secret)) {
            found.0.push(format!("the reply contains {secret}"));
        }
        found.0
    }
}

struct Differences(Vec<String>);

impl Differences {
    fn compare(&mut self, what: &str, expected: &Value, got: &Value) {
        if expected != got {
            self.0.push(format!(
                "{what}: expected {}, got {}",
                short(&expected.to_string()),
                short(&got.to_string())
            ));
        }
    }
}

/// A whole order in a line of differences helps nobody.
fn short(text: &str) -> String {
    if text.chars().count() <= 160 {
        text.to_owned()
    } else {
        text.chars().take(159).chain(['…']).collect()
    }
}

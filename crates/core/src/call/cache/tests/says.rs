//! [`Says`]: what a service says to a call, of its answer and of keeping it.

use super::*;

/// What the service says to a call.
#[derive(Debug, Clone)]
pub(super) struct Says {
    pub(super) after: Duration,
    pub(super) outcome: Result<Bytes, Reason>,
    pub(super) not_modified: bool,
    pub(super) headers: HeaderMap,
}

impl Default for Says {
    fn default() -> Self {
        reply("nothing")
    }
}

pub(super) fn reply(body: &str) -> Says {
    let body = Bytes::copy_from_slice(body.as_bytes());
    Says { after: Duration::ZERO, outcome: Ok(body), not_modified: false, headers: HeaderMap::new() }
}

pub(super) fn fails(reason: Reason) -> Says {
    Says { outcome: Err(reason), ..reply("") }
}

/// 304.
pub(super) fn unchanged() -> Says {
    Says { not_modified: true, ..reply("") }
}

impl Says {
    /// Beside it, this header.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.append(name, value.parse().unwrap());
        self
    }

    pub(super) fn control(self, value: &str) -> Self {
        self.with(http::header::CACHE_CONTROL, value)
    }

    pub(super) fn tag(self, value: &str) -> Self {
        self.with(http::header::ETAG, value)
    }

    /// It takes this long.
    pub(super) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }

    pub(super) fn outcome(self) -> Outcome {
        let head = Head::of(&self.headers, SystemTime::now);
        match self.outcome {
            Ok(body) => {
                Ok(Reply { head, not_modified: self.not_modified, ..Reply::new(body, !self.not_modified) })
            }
            Err(reason) => Err(CallError::new(reason, "as the test says").with_head(head)),
        }
    }
}

//! [`Requests`]: what one worker counts of the requests of one route with one method.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use http::{Method, StatusCode};

use super::{
    catalogue::{SERVER_CANCELLED, SERVER_DURATION, SERVER_REQUEST_SIZE, SERVER_RESPONSE_SIZE},
    histogram::{BYTES, Histogram, SECONDS},
    page::{Page, Value},
    slots::Slots,
};
use crate::{
    problem::{Code, Problem},
    telemetry::Finished,
};

/// Statuses of one method of one route that are told apart: more than a route answers with.
pub(super) const STATUSES: usize = 32;

/// What one worker counts of the requests with one method.
#[derive(Debug)]
pub(super) struct Requests {
    cancelled: AtomicU64,
    request_size: Histogram,
    response_size: Histogram,
    replies: Slots<Status, Histogram>,
}

/// A status, and what the error is called where it is ours.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Status {
    status: u16,
    code: Option<Code>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            cancelled: AtomicU64::new(0),
            request_size: Histogram::new(&BYTES),
            response_size: Histogram::new(&BYTES),
            replies: Slots::new(STATUSES, Histogram::new(&SECONDS)),
        }
    }
}

impl Requests {
    /// A client has gone.
    pub(super) fn cancel(&self) {
        self.cancelled.fetch_add(1, Relaxed);
    }

    /// A request has its reply.
    pub(super) fn reply(&self, request: &Finished<'_>, status: StatusCode) {
        let context = request.context.inner();
        let elapsed = request.ended.saturating_duration_since(context.started);
        let code = request.problem.map(Problem::code).filter(|_| status.is_server_error());
        let key = Status { status: status.as_u16(), code };
        self.replies.find(|known| *known == key, || (key, Histogram::new(&SECONDS))).observe_time(elapsed);
        self.request_size.observe_size(context.body_read.load(Relaxed));
        // What a HEAD is answered with has the size of another reply.
        let sent = request.response_bytes.filter(|_| request.method != Method::HEAD);
        if let Some(bytes) = sent {
            self.response_size.observe(bytes);
        }
    }

    pub(super) fn write(&self, page: &mut Page, own: &[(&'static str, Value); 2]) {
        page.add(&SERVER_CANCELLED, own, self.cancelled.load(Relaxed));
        page.add_histogram(&SERVER_REQUEST_SIZE, own, &self.request_size);
        page.add_histogram(&SERVER_RESPONSE_SIZE, own, &self.response_size);
        for (status, elapsed) in self.replies.iter() {
            let [method, route] = own.clone();
            let (text, error) = status.copied().map_or(("other".to_owned(), "".into()), Status::texts);
            let labels = [
                method,
                route,
                ("http.response.status_code", Cow::Owned(text)),
                ("url.scheme", "http".into()),
                ("error.type", error),
            ];
            page.add_histogram(&SERVER_DURATION, &labels, elapsed);
        }
    }
}

impl Status {
    /// The status, and the type of the error: only what is our fault is one.
    fn texts(self) -> (String, Value) {
        let status = self.status.to_string();
        let error = match self.code {
            Some(code) => code.as_str().into(),
            None if self.status >= 500 => status.clone().into(),
            None => "".into(),
        };
        (status, error)
    }
}

//! The services that speak HTTP: users, notifications and reports, each a wiremock server with one dynamic answer.

use std::{borrow::Cow, net::TcpListener, sync::Arc, time::Duration, time::Instant};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use super::{
    BATCH, Fixtures, Mode, Seen, Shared,
    health::{self, Health},
    said,
    seen::{self, KEPT_BODY},
};
use crate::faults::Fault;

/// Longer than any test or demo waits. wiremock has no answer that never comes.
const FOREVER: Duration = Duration::from_hours(24);

/// Serves `service` on `listener` until the server is dropped.
pub(super) async fn start(service: &'static str, listener: TcpListener, shared: &Arc<Shared>) -> MockServer {
    // wiremock's own record keeps every request for good; ours is bounded.
    let server = MockServer::builder().listener(listener).disable_request_recording().start().await;
    let answer = HttpMock { service, shared: Arc::clone(shared) };
    Mock::given(matchers::any()).respond_with(answer).mount(&server).await;
    server
}

struct HttpMock {
    service: &'static str,
    shared: Arc<Shared>,
}

impl Respond for HttpMock {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let arrived = Instant::now();
        if request.url.path() == health::PATH {
            return self.said_of_health(request, arrived);
        }
        let route = Route::of(self.service, request);
        let mode = route.as_ref().map(|route| self.shared.script.take(route.operation)).unwrap_or_default();
        let is_believed = self.shared.senders.believe(self.service, &request.headers);
        let mode = if is_believed { mode } else { Mode::Fail(401) };
        let right = route.as_ref().map_or(Err(404), |route| route.reply.of(&self.shared.fixtures));
        let right = right.as_deref().map_err(|status| *status);
        let said = self.shared.said.of(route.as_ref().map(|route| route.operation));
        let (answer, delay) = match mode {
            Mode::Fault(fault) => (self.faulty(right, fault, request), Duration::ZERO),
            mode => answer(right, mode),
        };
        let is_right = right.is_ok()
            && match mode {
                Mode::Ok | Mode::Slow(_) => true,
                Mode::Fault(fault) => fault.is_of_connection(),
                _ => false,
            };
        let unchanged = is_right && said::is_unchanged(&said, &request.headers);
        let answer = if unchanged { ResponseTemplate::new(304) } else { answer };
        self.shared.log.arrived(Seen {
            service: self.service,
            operation: route.as_ref().map(|route| route.operation),
            method: request.method.to_string(),
            target: target(request),
            headers: seen::text_pairs(&request.headers),
            body: request.body[..request.body.len().min(KEPT_BODY)].to_vec(),
            mode,
            arrived,
            finished: (mode != Mode::Hang).then(|| arrived + delay),
            cancelled: false,
        });
        said.iter().fold(answer, |answer, (name, value)| answer.append_header(name, value)).set_delay(delay)
    }
}

impl HttpMock {
    fn said_of_health(&self, request: &Request, arrived: Instant) -> ResponseTemplate {
        let said = self.shared.healths.asked(Seen {
            service: self.service,
            operation: None,
            method: request.method.to_string(),
            target: target(request),
            headers: seen::text_pairs(&request.headers),
            body: request.body[..request.body.len().min(KEPT_BODY)].to_vec(),
            mode: Mode::Ok,
            arrived,
            finished: Some(arrived),
            cancelled: false,
        });
        match said {
            Health::Well => ResponseTemplate::new(200),
            Health::Sick => ResponseTemplate::new(503),
            Health::Silent => ResponseTemplate::new(200).set_delay(FOREVER),
        }
    }

    /// The faults that an answer can have. The others are the gate's, which wants the right answer.
    fn faulty(&self, right: Right<'_>, fault: Fault, request: &Request) -> ResponseTemplate {
        let moved =
            |status, location: String| ResponseTemplate::new(status).insert_header("location", location);
        match fault {
            Fault::RetryAfter { status, after } => {
                let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
                failed(status).insert_header("retry-after", seconds.to_string())
            }
            Fault::RedirectLoop => moved(302, target(request)),
            Fault::RedirectElsewhere(status) => moved(status, self.shared.canary.url(&target(request))),
            _ => answer(right, Mode::Ok).0,
        }
    }
}

/// The right answer, or the status of the refusal.
type Right<'a> = Result<&'a Value, u16>;

/// Which operation a request asks for, and what answers it.
struct Route {
    operation: &'static str,
    reply: Reply,
}

enum Reply {
    /// A fixture.
    Fixture(String),
    /// What everybody may see of these users, of those that there are.
    PublicProfiles(Vec<String>),
}

impl Reply {
    fn of<'a>(&self, fixtures: &'a Fixtures) -> Result<Cow<'a, Value>, u16> {
        match self {
            Self::Fixture(name) => fixtures.json(name).map(Cow::Borrowed).ok_or(404),
            Self::PublicProfiles(ids) if ids.len() > BATCH => Err(400),
            Self::PublicProfiles(ids) => {
                let known = ids.iter().rev().filter_map(|id| fixtures.json(&format!("users/get.{id}")));
                Ok(Cow::Owned(known.map(public).collect()))
            }
        }
    }
}

/// What everybody may see of a user, and a flag that is nobody's business.
fn public(profile: &Value) -> Value {
    let shown = |name: &str| Some((name.to_owned(), profile.get(name)?.clone()));
    let shown = ["id", "displayName", "avatarUrl", "internalFlags"].into_iter().filter_map(shown);
    Value::Object(shown.collect())
}

impl Route {
    fn of(service: &str, request: &Request) -> Option<Self> {
        let path: Vec<_> = request.url.path_segments()?.collect();
        let query =
            |wanted: &str| request.url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        if let ("users", "GET", ["public-profiles"]) = (service, request.method.as_str(), path.as_slice()) {
            let ids = query("ids")?.split(',').map(str::to_owned).collect();
            return Some(Self { operation: "users.public_profiles", reply: Reply::PublicProfiles(ids) });
        }
        let (operation, fixture) = match (service, request.method.as_str(), path.as_slice()) {
            ("users", "GET", ["users", id]) => ("users.get", format!("users/get.{}", decoded(id))),
            ("notifications", "GET", ["notifications"]) if query("unread")? == "true" => {
                ("notifications.unread", format!("notifications/unread.{}", query("user")?))
            }
            ("notifications", "GET", ["unread-count", user]) => {
                ("notifications.unread_count", format!("notifications/unread-count.{}", decoded(user)))
            }
            ("reports", "GET", ["reports", "summary"]) => {
                ("reports.summary", format!("reports/summary.{}", query("account")?))
            }
            _ => return None,
        };
        Some(Self { operation, reply: Reply::Fixture(fixture) })
    }
}

fn target(request: &Request) -> String {
    let path = request.url.path();
    request.url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

/// The answer and how long it takes.
fn answer(right: Right<'_>, mode: Mode) -> (ResponseTemplate, Duration) {
    let ok = || match right {
        Ok(value) => ResponseTemplate::new(200).set_body_json(value),
        Err(404) => ResponseTemplate::new(404).set_body_json(json!({"error": "not_found"})),
        Err(status) => ResponseTemplate::new(status).set_body_json(json!({"error": "too_many"})),
    };
    match mode {
        Mode::Ok | Mode::Fault(_) => (ok(), Duration::ZERO),
        Mode::Slow(by) => (ok(), by),
        Mode::Hang => (ok(), FOREVER),
        Mode::Fail(status) => (failed(status), Duration::ZERO),
        Mode::Nonsense(kind) => {
            let right = right.map(Value::to_string).unwrap_or_default().into_bytes();
            let parts = kind.http(right);
            let answer = ResponseTemplate::new(parts.status).set_body_raw(parts.body, parts.content_type);
            let answer = match parts.encoding {
                Some(encoding) => answer.insert_header("content-encoding", encoding),
                None => answer,
            };
            (answer, Duration::ZERO)
        }
    }
}

fn failed(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"error": "mocked_failure", "status": status}))
}
